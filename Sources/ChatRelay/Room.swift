import Storage
import WebSockets

/// The running side of a stream: who is connected, and what was said lately.
///
/// Lives on the relay's actor, from when the stream is known until it is removed.
final class Room {
  let stream: StreamID
  /// Who is here.
  private(set) var connections: [Connection] = []
  /// What each user who is here has been told, asked or unasked; what differs from it is worth telling.
  private(set) var told: [UserID: Standing] = [:]
  /// When everybody was last told unasked.
  var lastStatusPush: ContinuousClock.Instant?
  /// How many messages ever entered this room.
  private(set) var count = 0
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
  func join(_ connection: Connection, standing: Standing) {
    connections.append(connection)
    if told[connection.user] == nil { told[connection.user] = standing }
    connection.follow(log)
  }

  func leave(_ connection: Connection) {
    connections.removeAll { $0 === connection }
    if connections(of: connection.user).isEmpty { told[connection.user] = nil }
  }

  /// Everything that a user has open here.
  func connections(of user: UserID) -> [Connection] {
    connections.filter { $0.user == user }
  }

  /// Notes what a user knows now; says whether that is news.
  func tell(_ user: UserID, _ standing: Standing) -> Bool {
    guard told[user] != standing else { return false }
    told[user] = standing
    return true
  }
}
