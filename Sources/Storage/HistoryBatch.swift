/// What is written to the history at once: as one transaction, or not at all.
public struct HistoryBatch: Sendable {
  /// Something to be forgotten of what came before it in a room.
  public struct PlacedRemoval: Hashable, Sendable {
    /// What to forget.
    public var removal: Removal
    /// Entries with a smaller number are concerned.
    public var before: Int64

    /// Names what to forget and up to where.
    public init(_ removal: Removal, before: Int64) {
      self.removal = removal
      self.before = before
    }
  }

  /// New entries of each room, in order. What the removals take away is not among them any more.
  public var entries: [StreamID: [HistoryEntry]] = [:]
  /// What is to be forgotten of the entries that were written before.
  public var removals: [StreamID: [PlacedRemoval]] = [:]
  /// Keys of notifications that have been taken in.
  public var seenKeys: [UInt64] = []
  /// Lines that accounts sent, as last heard of.
  public var sent: [SentLine.Name: SentLine] = [:]

  /// Begins with nothing.
  public init() {}

  /// Whether there is nothing to write.
  public var isEmpty: Bool { entries.isEmpty && removals.isEmpty && seenKeys.isEmpty && sent.isEmpty }

  /// Bytes of payload in it.
  public var payloadSize: Int {
    entries.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.payload.count } }
  }

  /// Lets go of entries of a room, and keeps what is to be forgotten.
  public mutating func remove(_ placed: PlacedRemoval, in stream: StreamID) {
    entries[stream]?.removeAll { $0.number < placed.before && placed.removal.covers($0) }
    removals[stream, default: []].append(placed)
  }

  /// Keeps what is known of a line.
  public mutating func note(_ line: SentLine) {
    sent[line.name] = line
  }

  /// This batch, which was not written, and what came after it, as one.
  public func followed(by later: HistoryBatch) -> HistoryBatch {
    var joined = self
    for (stream, removals) in later.removals { for placed in removals { joined.remove(placed, in: stream) } }
    for (stream, entries) in later.entries { joined.entries[stream, default: []] += entries }
    joined.seenKeys += later.seenKeys
    joined.sent.merge(later.sent) { $1 }
    return joined
  }
}
