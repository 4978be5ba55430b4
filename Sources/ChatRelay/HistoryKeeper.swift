import FoundationEssentials
import Logging
import Storage
import WebSockets

/// Brings what rooms remember to disk, some time later and many entries at once: live chat never waits for it.
///
/// While the disk takes nothing (full, locked, damaged) entries wait up to a limit; beyond it they are dropped, and a gap takes
/// their place. Until they are on disk the journal has them, so that they outlive this process. Lives on the relay's actor.
final class HistoryKeeper {
  /// How long entries may wait for others to be written with.
  private static let pause: Duration = .milliseconds(100)
  /// How long anything waits for the disk.
  private static let moment: Duration = .milliseconds(250)
  /// How long after a failure it is tried again.
  private static let patience: Duration = .seconds(1)
  /// How many bytes of entries may wait.
  private static let longestQueue = 32 << 20
  /// How many keys of notifications may wait: those of twenty minutes at four hundred a second.
  private static let mostKeys = 1 << 20
  /// How long keys of notifications are kept: twice as long as Twitch may take to deliver again (FACTS 5), in milliseconds.
  static let seenFor: Int64 = 20 * 60_000
  /// How long lines that accounts sent are kept: as long as the longest slow mode and some more, in milliseconds.
  static let sentFor: Int64 = 6 * 60_000

  /// Counters for the metrics, and whether the disk takes anything.
  struct Status: Equatable {
    /// Entries on disk, of this run.
    var written = 0
    /// Entries that were dropped because the disk took nothing for too long.
    var dropped = 0
    /// Bytes of entries that wait.
    var waiting = 0
    /// How often something was written, and how long that took altogether.
    var flushes = 0
    var flushTime: Duration = .zero
    /// How often that failed.
    var failures = 0
    /// Since when the disk takes nothing; `nil` while all is well.
    var degradedSince: ContinuousClock.Instant?
  }

  private(set) var status = Status()
  /// Called when the disk begins or ceases to take nothing.
  var onChange: () -> Void = {}
  /// Up to where entries of each room were dropped.
  private(set) var lostThrough: [StreamID: Int64] = [:]
  /// Called with the greatest number of each room that is on disk, or lost.
  var onSettled: ([StreamID: Int64]) -> Void = { _ in }

  private let store: HistoryStore
  private let loop: EventLoop
  private let logger: Logger
  private let gap: (StreamID, Int64) -> HistoryEntry
  private var journal: HistoryJournal?
  private var batch = HistoryBatch()
  /// What is on its way to the disk.
  private var departed = HistoryBatch()
  private var isWriting: Bool { !departed.isEmpty }
  private var isClosing = false
  /// Where `run` waits for something to write.
  private var idle: CheckedContinuation<Void, Never>?
  /// Where `flush` waits for a write to end, or no longer.
  private var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  private var waiterCount = 0

  /// - Parameter gap: Makes the entry that stands for lost ones.
  init(
    _ store: HistoryStore, on loop: EventLoop, logger: Logger, gap: @escaping (StreamID, Int64) -> HistoryEntry
  ) {
    self.store = store
    self.loop = loop
    self.logger = logger
    self.gap = gap
  }

  /// Opens the journal. Gives what an earlier run left in it, which is written first.
  func open() -> HistoryBatch {
    guard let (journal, left) = store.openJournal() else {
      logger.warning("There is no place for the history's journal: a kill -9 would cost the last moments")
      return HistoryBatch()
    }
    if journal.isInherited {
      logger.notice(
        "The last run did not end as it should: what it had not stored is stored now",
        metadata: ["entries": "\(left.count)"])
    }
    self.journal = journal
    batch = left
    wake()
    return left
  }

  /// Makes what `body` adds outlive this process at once or not at all.
  func together(_ body: () -> Void) {
    if let journal { journal.together(body) } else { body() }
  }

  /// Keeps an entry of a room.
  func append(_ entry: HistoryEntry, in stream: StreamID) {
    let bytes = batch.append(entry, in: stream)
    journal?.append(bytes, in: stream)
    status.waiting += bytes.count
    if status.waiting > Self.longestQueue { drop() }
    wake()
  }

  /// Forgets entries of a room with smaller numbers than `number`, on disk and on their way there.
  func remove(_ removal: Removal, before number: Int64, in stream: StreamID) {
    let placed = HistoryBatch.PlacedRemoval(removal, before: number)
    batch.remove(placed, in: stream)
    if isWriting { journal?.append(placed, in: stream) } else { journal?.rewrite(batch) }
    wake()
  }

  /// Keeps the keys of a notification that was taken in.
  func saw(_ keys: [UInt64]) {
    batch.seenKeys += keys
    journal?.append(seen: keys)
    wake()
  }

  /// Keeps that an account sent a line.
  func note(_ line: SentLine) {
    batch.note(line)
    journal?.append(line)
    wake()
  }

  /// Whether what is added outlives this process at once.
  var isKeptAtOnce: Bool { journal.map { !$0.isBehind } ?? false }

  /// Writes what comes, until `close`.
  func run() async {
    while !isClosing {
      if batch.isEmpty { await withCheckedContinuation { idle = $0 } }
      let pause = status.degradedSince == nil ? Self.pause : Self.patience
      guard (try? await loop.sleep(for: pause)) != nil else { return }
      if !isWriting { await write() }
    }
  }

  private func wake() {
    guard idle != nil else { return }
    idle?.resume()
    idle = nil
  }

  /// Writes what waits now, without the pause. Does not wait for a disk that takes nothing, nor longer than a moment.
  func flush() async {
    let deadline = ContinuousClock.now + Self.moment
    while !batch.isEmpty || isWriting, status.degradedSince == nil, .now < deadline {
      if isWriting { await waitForWrite(until: deadline) } else { await write() }
    }
  }

  private func waitForWrite(until deadline: ContinuousClock.Instant) async {
    waiterCount += 1
    let number = waiterCount
    let timer = loop.schedule(after: max(.zero, deadline - .now)) { self.waiters.removeValue(forKey: number)?.resume() }
    await withCheckedContinuation { waiters[number] = $0 }
    timer.cancel()
  }

  /// Writes what waits, one last time. Gives up at the deadline.
  func close(by deadline: ContinuousClock.Instant) async {
    isClosing = true
    wake()
    while !batch.isEmpty || isWriting, .now < deadline {
      if !isWriting { await write() }
      if !batch.isEmpty || isWriting { try? await loop.sleep(for: .milliseconds(20)) }
    }
    onChange = {}
    onSettled = { _ in }
    if batch.isEmpty, !isWriting { journal?.close() }
  }

  private func write() async {
    guard !batch.isEmpty else { return }
    (departed, batch) = (batch, HistoryBatch())
    journal?.depart()
    let start = ContinuousClock.now
    do {
      try await store.append(departed)
      succeeded(arrive(), after: .now - start)
    } catch {
      batch = arrive().followed(by: batch)
      failed(error)
    }
  }

  /// Ends a write, whatever became of it.
  private func arrive() -> HistoryBatch {
    for number in Array(waiters.keys) { waiters.removeValue(forKey: number)?.resume() }
    defer { departed = HistoryBatch() }
    return departed
  }

  private func succeeded(_ batch: HistoryBatch, after duration: Duration) {
    status.flushes += 1
    status.flushTime += duration
    status.waiting = self.batch.size
    status.written += batch.count
    onSettled(batch.lastNumbers)
    journal?.arrive()
    if journal?.isBehind == true { journal?.rewrite(self.batch) }
    guard status.degradedSince != nil else { return }
    status.degradedSince = nil
    logger.notice("The history is written again")
    onChange()
  }

  private func failed(_ error: any Error) {
    status.failures += 1
    status.waiting = batch.size
    if status.waiting > Self.longestQueue { drop() }
    batch.seenKeys.removeFirst(max(0, batch.seenKeys.count - Self.mostKeys))
    // What moderation took away meanwhile goes, and what waits takes up no more room than it needs.
    if let journal, !batch.removals.isEmpty || journal.isCrowded && !journal.isBehind { journal.rewrite(batch) }
    guard status.degradedSince == nil else { return }
    status.degradedSince = .now
    logger.error("The history cannot be written; chat goes on without", metadata: ["error": "\(error)"])
    onChange()
  }

  /// Lets go of the entries that wait; each room gets a gap instead.
  private func drop() {
    status.dropped += batch.count
    lostThrough.merge(batch.lastNumbers) { $1 }
    batch.replaceEntries(gap)
    status.waiting = batch.size
    onSettled(batch.lastNumbers)
  }
}
