import Storage
import Twitch

/// What outlives a kill: what was written before it, batch by batch.
struct DiskModel {
  var conduit: ConduitID?
  private(set) var entries: [HistoryEntry] = []
  private var keys: [(time: ContinuousClock.Instant, keys: [UInt64])] = []

  /// The greatest number that is on disk.
  var head: Int64? { entries.last?.number }

  var moderation: [HistoryEntry] { entries.filter { $0.kind == .moderation } }

  func seenKeys(at now: ContinuousClock.Instant) -> [UInt64] {
    keys.filter { now - $0.time < .seconds(1200) }.flatMap(\.keys)
  }

  /// Writes a batch as a whole. What its removals take away is not among its entries.
  mutating func write(_ batch: HistoryBatch, of stream: StreamID, at now: ContinuousClock.Instant) {
    for placed in batch.removals[stream] ?? [] {
      entries.removeAll { $0.number < placed.before && placed.removal.covers($0) }
    }
    entries += batch.entries[stream] ?? []
    if !batch.seenKeys.isEmpty { keys.append((now, batch.seenKeys)) }
  }

  /// Some entries after a number, and whether nothing is missing before them.
  func page(after number: Int64) -> HistoryStore.Page {
    HistoryStore.Page(
      isComplete: entries.first.map { $0.number - 1 <= number } ?? false,
      entries: Array(entries.drop { $0.number <= number }.prefix(50)))
  }
}
