/// Why a frame or a session of EventSub is of no use. The pool deals with all of them by itself.
public enum EventSubError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The frame is no JSON, or lacks what makes it a message; skip it and go on.
  case unreadable(String)
  /// No connection could be made; try again later.
  case unreachable(String)
  /// A connection was made and no welcome came in time; try again later.
  case notWelcomed
  /// Neither a notification nor a keepalive came within the time that Twitch promised; connect afresh.
  case silent
  /// The connection ended with that code (4000-4007 are Twitch's own, 1006 is a lost one); connect afresh.
  case closed(code: UInt16)

  /// Whether something that Twitch had sent may be lost with it; who says goodbye has delivered all that came before.
  var mayHaveCost: Bool {
    switch self {
    case .silent, .closed(code: 1006): true
    case .unreadable, .unreachable, .notWelcomed, .closed: false
    }
  }

  public var description: String {
    switch self {
    case .unreadable(let reason): "unreadable frame: \(reason)"
    case .unreachable(let reason): "cannot connect: \(reason)"
    case .notWelcomed: "no welcome"
    case .silent: "no keepalive"
    case .closed(let code): "closed with \(code)"
    }
  }
}

extension EventSubError {
  /// The case in one word, without what only people can read.
  var word: String {
    switch self {
    case .unreadable: "unreadable"
    case .unreachable: "unreachable"
    case .notWelcomed: "not_welcomed"
    case .silent: "silent"
    case .closed(let code): "closed_\(code)"
    }
  }
}
