import Storage
import WebSockets

/// One browser on one stream.
///
/// Sending never waits. What the peer does not read piles up to a limit, and at the limit the connection is closed: nobody else
/// notices a slow reader.
final class Connection {
  /// What may wait in this connection's own queue, beside the room's log.
  static let longestQueue = 1 << 20

  let user: UserID
  let stream: StreamID
  /// What it signed in with: it may stay as long as that is good.
  let token: AccessToken

  /// How the stream stood when it last heard, or could have asked. What differs from it is worth telling.
  var told: Standing?

  private let socket: WebSocket
  private var budget: RequestBudget
  /// Whether it sees what is said as it is said, and does not catch up any more.
  private(set) var isUpToDate = false

  init(_ socket: WebSocket, user: UserID, stream: StreamID, token: AccessToken, at now: ContinuousClock.Instant) {
    self.socket = socket
    self.user = user
    self.stream = stream
    self.token = token
    budget = RequestBudget(at: now)
  }

  /// From now on, hands over each message, and at last `nil`. What comes after it was closed here is dropped.
  func receive(_ handler: @escaping (Message?) -> Void) {
    socket.receive(handler)
  }

  /// Counts a request; `false` when this is a flood.
  func mayAsk(at now: ContinuousClock.Instant) -> Bool {
    budget.take(at: now)
  }

  /// Gets whatever is appended to the log from now on.
  func follow(_ log: FrameLog) {
    isUpToDate = true
    socket.follow(log)
  }

  /// Whether it can be told anything.
  var isOpen: Bool { socket.isOpen }

  /// What waits in this connection's own queue.
  var queuedBytes: Int { socket.queuedBytes }

  /// Waits until what this connection alone was told has been written, or it is over.
  func drained() async {
    await socket.drained()
  }

  /// Tells this connection alone.
  func send(_ message: some ServerMessage) {
    send(encoded: message.encoded())
  }

  /// Tells this connection what several are told, encoded once.
  func send(encoded message: [UInt8]) {
    guard isOpen else { return }
    guard socket.queuedBytes == 0 || socket.queuedBytes + message.count <= Self.longestQueue else {
      return socket.fellBehind()
    }
    socket.send(bytes: message)
  }

  /// Says that a request is not carried out.
  func refuse(_ error: RequestError, _ request: RequestReference) {
    send(ErrorMessage(error: error, request: request))
  }

  /// With which code it is over; 1006 when nobody said goodbye.
  var closeCode: UInt16 { socket.closure?.code ?? 1006 }

  /// Says goodbye; `receive` is told of the end once the peer has answered, or is gone.
  func close(_ code: CloseCode, _ reason: String) {
    socket.close(code.rawValue, reason)
  }
}

/// Why this gateway closes a connection (RFC 6455 section 7.4 and IANA's registry).
enum CloseCode: UInt16 {
  case unsupportedData = 1003
  case policyViolation = 1008
  case serviceRestart = 1012
  case tryAgainLater = 1013
}
