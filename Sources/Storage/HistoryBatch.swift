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

  /// Begins with nothing.
  public init() {}

  /// Whether there is nothing to write.
  public var isEmpty: Bool { entries.isEmpty && removals.isEmpty && seenKeys.isEmpty }
}
