import Storage
import Twitch

@testable import ChatRelay

/// The room of one run of the gateway, as `Room` and `HistoryKeeper` are: a history, a disk some time later, and clients.
final class RoomModel {
  static let stream = StreamID(rawValue: 1)

  private let world: World
  private(set) var history: History
  private var batch = HistoryBatch()
  private var unwritten: [Line] = []
  private var isFlushing = false
  private var isStartKept = false
  private var isKilled = false
  private var isPastGap = true

  init(_ world: World) {
    self.world = world
    history = History(after: world.disk.head, moderation: world.disk.moderation, now: world.wallMilliseconds) {
      number in
      HistoryEntry(number: number, time: world.wallMilliseconds, kind: .gap, payload: [])
    }
  }

  /// Takes in what Twitch delivered.
  func receive(_ notification: Twitch.Notification) {
    guard let line = world.twitch.deliveries[notification.id] else { return }
    batch.seenKeys += notification.seenKeys
    let account = AccountID(rawValue: Int64(line.channel + 1))
    var entry = HistoryEntry(
      number: history.nextNumber(), time: world.milliseconds(line.sentAt), kind: .message, account: account, payload: []
    )
    switch line.content {
    case .text, .whisper:
      entry.messageID = line.id
      entry.author = Author(network: "twitch", id: "a\(line.author)")
    case .delete(let target):
      entry.kind = .moderation
      entry.messageID = target.id
      target.removedAt = target.removedAt ?? world.agenda.now
    case .clear(let author):
      entry.kind = .moderation
      entry.author = Author(network: "twitch", id: "a\(author)")
      for other in world.twitch.lines[line.channel][..<line.number]
      where other.isText && other.author == author && world.milliseconds(other.sentAt) < entry.time {
        other.removedAt = other.removedAt ?? world.agenda.now
      }
    }
    publish(entry, line)
  }

  /// A line of the internal chat that only one user may see.
  func whisper(_ line: Line) {
    publish(
      HistoryEntry(
        number: history.nextNumber(), time: world.milliseconds(line.sentAt), kind: .message, messageID: line.id,
        author: Author(network: "irc", id: "1"), audience: [UserID(rawValue: 1)], payload: []), line)
  }

  /// Something may be missing; nothing is said twice in a row.
  func gap(in channel: TwitchUserID?) {
    guard !isKilled, !isPastGap else { return }
    isPastGap = true
    publish(
      HistoryEntry(
        number: history.nextNumber(), time: world.milliseconds(world.agenda.now), kind: .gap, payload: []), nil)
  }

  private func publish(_ entry: HistoryEntry, _ line: Line?) {
    guard !isKilled else { return }
    if entry.kind != .gap { isPastGap = false }
    world.note("room: \(line?.id ?? "gap")")
    if let line {
      world.lines[entry.number] = line
      unwritten.append(line)
    }
    guard entry.kind == .message, history.wasRemoved(entry) else {
      remember(entry)
      return deliver(entry)
    }
    line?.removedAt = world.agenda.now
    deliver(entry)
    let number = history.nextNumber()
    var moderation = HistoryEntry(
      number: number, time: entry.time, kind: .moderation, account: entry.account, payload: [])
    moderation.messageID = entry.messageID
    remember(moderation)
    deliver(moderation)
  }

  private func remember(_ entry: HistoryEntry) {
    if let removal = entry.removal {
      let placed = HistoryBatch.PlacedRemoval(removal, before: entry.number)
      batch.entries[Self.stream]?.removeAll { $0.number < entry.number && removal.covers($0) }
      batch.removals[Self.stream, default: []].append(placed)
    }
    if !isStartKept, let start = history.tail.first {
      isStartKept = true
      batch.entries[Self.stream, default: []].append(start)
    }
    history.append(entry)
    batch.entries[Self.stream, default: []].append(entry)
    flushSoon()
  }

  private func deliver(_ entry: HistoryEntry) {
    for client in world.clients where client.isAttached { client.see(entry, isReplayed: false) }
  }

  private func flushSoon() {
    guard !isFlushing else { return }
    isFlushing = true
    world.agenda.after(.milliseconds(100)) {
      let (departed, lines) = (self.batch, self.unwritten)
      (self.batch, self.unwritten) = (HistoryBatch(), [])
      // Writing takes a while, during which a kill loses it all.
      self.world.agenda.after(self.world.dice.milliseconds(1...30)) {
        guard !self.isKilled else { return }
        self.isFlushing = false
        self.world.disk.write(departed, of: Self.stream, at: self.world.agenda.now)
        for line in lines { line.isWritten = true }
        if let last = departed.entries[Self.stream]?.last { self.history.settle(through: last.number) }
        if !self.batch.isEmpty { self.flushSoon() }
      }
    }
  }

  func kill() { isKilled = true }
}
