import Storage
import WebSockets

/// The running side of a stream: who is connected, and what was said lately.
///
/// Lives on the relay's actor, from when the stream is known until it is removed.
final class Room {
  let stream: StreamID
  /// When anybody was last told unasked how the stream stands.
  var lastStatusPush: ContinuousClock.Instant?
  /// How many messages ever entered: the number of the latest one.
  private(set) var count = 0
  /// How the stream stands for each user who is here, as last worked out.
  private var standings: [UserID: Standing] = [:]
  private var members: [UserID: [ObjectIdentifier: Connection]] = [:]
  /// Ready-made frames that the connections write from, each at its own pace. It has an end: whoever falls off it is closed.
  private let log = FrameLog()

  init(stream: StreamID) {
    self.stream = stream
  }

  /// Takes in what everybody here is to see: the one place where messages enter.
  func publish(_ message: some ServerMessage) {
    count += 1
    log.append(message.encoded())
  }

  /// Lets a connection see whatever is published from now on.
  func join(_ connection: Connection) {
    members[connection.user, default: [:]][ObjectIdentifier(connection)] = connection
    connection.follow(log)
  }

  func leave(_ connection: Connection) {
    members[connection.user]?[ObjectIdentifier(connection)] = nil
    guard members[connection.user]?.isEmpty == true else { return }
    members[connection.user] = nil
    standings[connection.user] = nil
  }

  /// Whether anybody is here.
  var isWatched: Bool { !members.isEmpty }

  /// Who is here, each once however often.
  var users: [UserID] { Array(members.keys) }

  /// Every connection that is here.
  var connections: [Connection] { members.values.flatMap(\.values) }

  /// Everything that a user has open here.
  func connections(of user: UserID) -> [Connection] { members[user].map { Array($0.values) } ?? [] }

  /// How the stream stands for a user, as last worked out.
  func standing(of user: UserID) -> Standing? { standings[user] }

  /// Keeps what was worked out for as long as the user is here.
  func keep(_ standing: Standing, of user: UserID) {
    if members[user] != nil { standings[user] = standing }
  }
}
