import FoundationEssentials
import Storage
import Twitch
import WebSockets

/// The running side of a stream: who is connected, and what was said lately.
///
/// Lives on the relay's actor, from when the stream is known until it is removed.
final class Room {
  let stream: StreamID
  /// When anybody was last told unasked how the stream stands.
  var lastStatusPush: ContinuousClock.Instant?
  /// What is remembered.
  private(set) var history: History
  private var floor: HistoryFloor
  private let keeper: HistoryKeeper
  private let metrics: RelayMetrics
  private var isStartKept = false
  /// Whether somebody who came has not been told of the gap that the history ends with: what is lost now would be lost to them in silence.
  private var hasNewcomers = false
  /// When everybody is told that something may be missing.
  private var gapPace = GapPace()
  private var gapTimer: Timer?
  /// How the stream stands for each user who is here, as last worked out.
  private var standings: [UserID: Standing] = [:]
  private var members: [UserID: [ObjectIdentifier: Connection]] = [:]
  /// Ready-made frames that the connections write from, each at its own pace. It has an end: whoever falls off it is closed.
  private let log = FrameLog()

  init(
    stream: StreamID, history: History, retention: HistoryRetention, keeper: HistoryKeeper, metrics: RelayMetrics
  ) {
    floor = HistoryFloor(retention)
    self.metrics = metrics
    self.stream = stream
    self.history = history
    self.keeper = keeper
  }

  /// Takes in what everybody here is to see: the one place where messages enter.
  func publish(_ message: some RoomMessage) {
    let entry = message.entry(at: Cursor(stream, history.nextNumber()))
    guard entry.kind == .message, history.wasRemoved(entry) else {
      remember(entry)
      return deliver(entry)
    }
    // Moderators were faster. Whoever is here sees it come and go; nobody will see it again.
    deliver(entry)
    let id = MessageID(entry.messageID)
    publish(ModerationMessage(stream: stream, account: entry.account, what: .message(id), time: message.time))
  }

  /// Twitch may have lost something: everybody here is told, and so is who comes back later.
  func doubt(on loop: EventLoop) {
    carryOut(gapPace.doubt(isTold: isGapTold, at: .now), on: loop)
  }

  /// What comes next is older than something that was said: everybody here is told before it.
  func disorder(on loop: EventLoop) {
    carryOut(gapPace.disorder(isTold: isGapTold, at: .now), on: loop)
  }

  /// Whether everybody here was told of a gap, and of nothing since.
  private var isGapTold: Bool { history.isPastGap && !hasNewcomers }

  private func carryOut(_ step: GapPace.Step, on loop: EventLoop) {
    switch step {
    case .tell:
      publish(GapMessage(stream: stream, time: Timestamp(.now)))
      hasNewcomers = false
    case .wait(let end):
      gapTimer = loop.schedule(after: end - .now) { [weak self] in
        guard let self else { return }
        carryOut(gapPace.tick(isTold: isGapTold, at: .now), on: loop)
      }
    case .nothing: break
    }
  }

  private func remember(_ entry: HistoryEntry) {
    if !isStartKept, let start = history.tail.first {
      // A run in which nothing is said leaves nothing behind.
      isStartKept = true
      keeper.append(start, in: stream)
    }
    history.append(entry)
    keeper.append(entry, in: stream)
    if entry.kind == .message { floor.append(entry.number, at: Timestamp(.now).milliseconds) }
  }

  /// The place after which the history is kept; what is before it is not replayed.
  func historyStart(_ retention: HistoryRetention) -> Int64 {
    // It was set anew: what is too much by the new setting goes with what is on disk.
    if retention != floor.retention { floor = HistoryFloor(retention) }
    return floor.place(at: Timestamp(.now).milliseconds) ?? 0
  }

  private func deliver(_ entry: HistoryEntry) {
    guard let audience = entry.audience else {
      metrics.delivered(entry.payload.count, to: log.followerCount)
      return log.append(entry.payload)
    }
    for connection in audience.flatMap(connections) where connection.isUpToDate {
      metrics.delivered(entry.payload.count, to: 1)
      connection.send(encoded: entry.payload)
    }
  }

  /// Forgets what was said until now, as far as it is concerned; and what was said before that time and comes later.
  func forget(_ removal: Removal, at time: Timestamp?) {
    let number = history.nextNumber()
    history.remove(removal, before: number, at: time?.milliseconds)
    keeper.remove(removal, before: number, in: stream)
  }

  /// Notes up to where the history is on disk, or lost.
  func settleHistory(through number: Int64) {
    history.settle(through: number)
  }

  /// Lets go of what was taken away long ago.
  func forgetOldRemovals() {
    history.forgetOldRemovals()
  }

  /// Takes a connection in. It sees nothing that is said until it is up to date.
  func join(_ connection: Connection) {
    members[connection.user, default: [:]][ObjectIdentifier(connection)] = connection
  }

  /// Lets a connection see whatever is published from now on.
  ///
  /// - Parameter isPastGap: Whether the last that it was told is a gap.
  func attach(_ connection: Connection, isPastGap: Bool) {
    if !isPastGap { hasNewcomers = true }
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
