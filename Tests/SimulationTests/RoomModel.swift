import Storage
import TestSupport
import Twitch

@testable import ChatRelay

/// The room of one run of the gateway: carries out what its values decide, as `Room`, `HistoryKeeper` and `Relay` do.
final class RoomModel {
  static let stream = StreamID(rawValue: 1)

  /// Something published: a line and what the room keeps of it, or a gap.
  private struct Item {
    var entry: HistoryEntry
    var line: Line?
  }

  private unowned let world: World
  private(set) var history: History
  private var gapPace = GapPace()
  private var hasNewcomers = false
  private var batch = HistoryBatch()
  /// What is on its way to the disk.
  private var departed: HistoryBatch?
  /// The lines in the batch.
  private var unwritten: [Line] = []
  private var isFlushing = false
  private var isStartKept = false
  private var isKilled = false

  init(_ world: World) {
    self.world = world
    history = History(after: world.disk.head, moderation: world.disk.moderation, now: world.wallMilliseconds) {
      number in
      HistoryEntry(number: number, time: world.wallMilliseconds, kind: .gap, payload: [])
    }
    // The run begins with a gap, which clients see before anything else that it has.
    world.gaps[history.head] = world.agenda.now
  }

  /// Ends. What had been taken in is on disk at the next start, as the journal has it, unless the machine goes, too.
  func kill(withMachine: Bool) {
    isKilled = true
    guard !withMachine else { return }
    world.disk.write((departed ?? HistoryBatch()).followed(by: batch), of: Self.stream, at: world.agenda.now)
    for line in unwritten { line.isWritten = true }
  }

  // What comes, as in `Relay.receive`.

  /// Takes in what Twitch delivered.
  func receive(_ notification: Twitch.Notification) {
    guard let line = world.twitch.deliveries[notification.id] else { return }
    batch.seenKeys += notification.seenKeys
    flushSoon()
    var entry = HistoryEntry(
      number: 0, time: notification.timestamp?.milliseconds ?? 0, kind: .message,
      account: AccountID(rawValue: Int64(line.channel + 1)), payload: [])
    switch line.content {
    case .text, .whisper:
      entry.messageID = line.id
      entry.author = Author(network: "twitch", id: "a\(line.author)")
      return publish(Item(entry: entry, line: line))
    case .delete(let target):
      entry.messageID = target.id
      target.removedAt = target.removedAt ?? world.agenda.now
    case .clear(let author):
      entry.author = Author(network: "twitch", id: "a\(author)")
      // What was shown before it goes with it, though it was said later when this comes late.
      for other in world.twitch.lines[line.channel] where other.isText && other.author == author {
        let isEarlier = other.number < line.number && world.milliseconds(other.sentAt) < entry.time
        if isEarlier || other.publishedAt != nil { other.removedAt = other.removedAt ?? world.agenda.now }
      }
    }
    entry.kind = .moderation
    moderate(Item(entry: entry, line: line))
  }

  /// A line of the internal chat that only one user may see.
  func whisper(_ line: Line) {
    let entry = HistoryEntry(
      number: 0, time: world.milliseconds(line.sentAt), kind: .message, messageID: line.id,
      author: Author(network: "irc", id: "1"), audience: [UserID(rawValue: 1)], payload: [])
    publish(Item(entry: entry, line: line))
  }

  private func moderate(_ item: Item) {
    guard let removal = item.entry.removal else { return }
    let number = history.nextNumber()
    history.remove(removal, before: number, at: item.entry.time)
    batch.remove(HistoryBatch.PlacedRemoval(removal, before: number), in: Self.stream)
    publish(item)
  }

  /// Something may be missing.
  func gap() {
    if !isKilled { carryOut(gapPace.doubt(isTold: isGapTold, at: world.agenda.now)) }
  }

  /// What comes next is older than what was said.
  func disorder() {
    if !isKilled { carryOut(gapPace.disorder(isTold: isGapTold, at: world.agenda.now)) }
  }

  // As in `Room`.

  private var isGapTold: Bool { history.isPastGap && !hasNewcomers }

  /// Somebody sees what comes from now on.
  func attach(isPastGap: Bool) {
    if !isPastGap { hasNewcomers = true }
  }

  private func carryOut(_ step: GapPace.Step) {
    switch step {
    case .tell:
      publish(Item(entry: HistoryEntry(number: 0, time: 0, kind: .gap, payload: [])))
      hasNewcomers = false
    case .wait(let end):
      world.agenda.at(end) {
        if !self.isKilled {
          self.carryOut(self.gapPace.tick(isTold: self.isGapTold, at: self.world.agenda.now))
        }
      }
    case .nothing: break
    }
  }

  private func publish(_ item: Item) {
    guard !isKilled else { return }
    var entry = item.entry
    entry.number = history.nextNumber()
    world.note("room: \(item.line?.id ?? "gap")")
    if entry.kind == .gap { world.gaps[entry.number] = world.agenda.now }
    if let line = item.line {
      world.lines[entry.number] = line
      line.publishedAt = world.agenda.now
      unwritten.append(line)
    }
    guard entry.kind == .message, history.wasRemoved(entry) else {
      remember(entry)
      return deliver(entry)
    }
    item.line?.removedAt = world.agenda.now
    deliver(entry)
    var moderation = HistoryEntry(
      number: history.nextNumber(), time: entry.time, kind: .moderation, account: entry.account, payload: [])
    moderation.messageID = entry.messageID
    remember(moderation)
    deliver(moderation)
  }

  private func remember(_ entry: HistoryEntry) {
    if !isStartKept, let start = history.tail.first {
      isStartKept = true
      batch.append(start, in: Self.stream)
    }
    history.append(entry)
    batch.append(entry, in: Self.stream)
    flushSoon()
  }

  private func deliver(_ entry: HistoryEntry) {
    for client in world.clients where client.isAttached { client.see(entry, isReplayed: false) }
  }

  // As in `HistoryKeeper`.

  private func flushSoon() {
    guard !isFlushing else { return }
    isFlushing = true
    world.agenda.after(.milliseconds(100)) {
      self.isFlushing = false
      if self.departed == nil { self.write() }
      if !self.batch.isEmpty { self.flushSoon() }
    }
  }

  private func write() {
    guard !batch.isEmpty, !isKilled else { return }
    let (batch, lines) = (batch, unwritten)
    (departed, self.batch) = (batch, HistoryBatch())
    // Writing takes a while, during which the end of the machine loses it all.
    world.agenda.after(world.dice.milliseconds(1...30)) {
      guard !self.isKilled else { return }
      self.departed = nil
      self.world.disk.write(batch, of: Self.stream, at: self.world.agenda.now)
      for line in lines { line.isWritten = true }
      self.unwritten.removeFirst(lines.count)
      if let last = batch.lastNumbers[Self.stream] { self.history.settle(through: last) }
    }
  }
}
