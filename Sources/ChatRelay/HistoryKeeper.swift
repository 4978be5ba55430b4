import FoundationEssentials
import Logging
import Storage
import WebSockets

/// Brings what rooms remember to disk, some time later and many entries at once: live chat never waits for it.
///
/// While the disk takes nothing (full, locked, damaged) entries wait up to a limit; beyond it they are dropped, and a gap takes
/// their place. Lives on the relay's actor.
final class HistoryKeeper {
  /// How long entries may wait for others to be written with.
  private static let pause: Duration = .milliseconds(100)
  /// How long anything waits for the disk.
  private static let moment: Duration = .milliseconds(250)
  /// How long after a failure it is tried again.
  private static let patience: Duration = .seconds(1)
  /// How many bytes of payload may wait.
  private static let longestQueue = 32 << 20
  /// How long keys of notifications are kept: twice as long as Twitch may take to deliver again (FACTS 5), in milliseconds.
  static let seenFor: Int64 = 20 * 60_000

  /// Counters for the metrics, and whether the disk takes anything.
  struct Status: Equatable {
    /// Entries on disk, of this run.
    var written = 0
    /// Entries that were dropped because the disk took nothing for too long.
    var dropped = 0
    /// Bytes of payload that wait.
    var waiting = 0
    /// How often something was written, and how long that took altogether.
    var flushes = 0
    var flushTime: Duration = .zero
    /// Since when the disk takes nothing; `nil` while all is well.
    var degradedSince: ContinuousClock.Instant?
  }

  private(set) var status = Status()
  /// Called when the disk begins or ceases to take nothing.
  var onChange: () -> Void = {}
  /// Called with the greatest number of each room that is on disk, or lost.
  var onSettled: ([StreamID: Int64]) -> Void = { _ in }

  private let store: HistoryStore
  private let loop: EventLoop
  private let logger: Logger
  private let gap: (StreamID, Int64) -> HistoryEntry
  private var batch = HistoryBatch()
  /// What is on its way to the disk.
  private var departed = HistoryBatch()
  private var isWriting = false
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

  /// Keeps an entry of a room.
  func append(_ entry: HistoryEntry, in stream: StreamID) {
    batch.entries[stream, default: []].append(entry)
    status.waiting += entry.payload.count
    if status.waiting > Self.longestQueue { drop() }
    wake()
  }

  /// Forgets entries of a room with smaller numbers than `number`, on disk and on their way there.
  func remove(_ removal: Removal, before number: Int64, in stream: StreamID) {
    let placed = HistoryBatch.PlacedRemoval(removal, before: number)
    batch.entries[stream] = batch.entries[stream].map { placed.stripped($0) }
    batch.removals[stream, default: []].append(placed)
    wake()
  }

  /// Keeps the keys of a notification that was taken in.
  func saw(_ keys: [UInt64]) {
    batch.seenKeys += keys
    wake()
  }

  /// Whether entries after a place were dropped that the disk does not tell of yet.
  func hasLost(after place: Int64, in stream: StreamID) -> Bool {
    [batch, departed].contains { $0.entries[stream]?.contains { $0.kind == .gap && $0.number > place } ?? false }
  }

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
  }

  private func write() async {
    guard !batch.isEmpty else { return }
    (isWriting, departed, batch) = (true, batch, HistoryBatch())
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
    defer { (isWriting, departed) = (false, HistoryBatch()) }
    return departed
  }

  private func succeeded(_ batch: HistoryBatch, after duration: Duration) {
    status.flushes += 1
    status.flushTime += duration
    status.waiting = self.batch.payloadSize
    status.written += batch.entries.values.reduce(0) { $0 + $1.count }
    onSettled(batch.entries.compactMapValues { $0.last?.number })
    guard status.degradedSince != nil else { return }
    status.degradedSince = nil
    logger.notice("The history is written again")
    onChange()
  }

  private func failed(_ error: any Error) {
    status.waiting = batch.payloadSize
    if status.waiting > Self.longestQueue { drop() }
    guard status.degradedSince == nil else { return }
    status.degradedSince = .now
    logger.error("The history cannot be written; chat goes on without", metadata: ["error": "\(error)"])
    onChange()
  }

  /// Lets go of the entries that wait; each room gets a gap instead.
  private func drop() {
    status.dropped += batch.entries.values.reduce(0) { $0 + $1.count }
    for (stream, entries) in batch.entries {
      guard let last = entries.last else { continue }
      batch.entries[stream] = [gap(stream, last.number)]
    }
    status.waiting = batch.payloadSize
    onSettled(batch.entries.compactMapValues { $0.last?.number })
  }
}

extension HistoryBatch {
  /// Bytes of payload in it.
  fileprivate var payloadSize: Int {
    entries.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.payload.count } }
  }

  /// This batch, which was not written, and what came after it, as one.
  fileprivate func followed(by later: HistoryBatch) -> HistoryBatch {
    var joined = self
    for (stream, removals) in later.removals {
      for placed in removals { joined.entries[stream] = joined.entries[stream].map { placed.stripped($0) } }
      joined.removals[stream, default: []] += removals
    }
    for (stream, entries) in later.entries { joined.entries[stream, default: []] += entries }
    joined.seenKeys += later.seenKeys
    return joined
  }
}

extension HistoryBatch.PlacedRemoval {
  /// The entries that stay.
  fileprivate func stripped(_ entries: [HistoryEntry]) -> [HistoryEntry] {
    entries.filter { $0.number >= before || !removal.covers($0) }
  }
}
