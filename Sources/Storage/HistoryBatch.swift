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

  /// How many entries a row of the history holds at most.
  private static let segmentSize = 256

  /// New entries of each room, in order, as the rows that they will be. What the removals take away is not among them any more.
  private(set) var segments: [StreamID: [HistorySegment]] = [:]
  /// What is to be forgotten of the entries that were written before.
  public var removals: [StreamID: [PlacedRemoval]] = [:]
  /// Keys of notifications that have been taken in.
  public var seenKeys: [UInt64] = []
  /// Lines that accounts sent, as last heard of.
  public var sent: [SentLine.Name: SentLine] = [:]

  /// Begins with nothing.
  public init() {}

  /// Whether there is nothing to write.
  public var isEmpty: Bool { segments.isEmpty && removals.isEmpty && seenKeys.isEmpty && sent.isEmpty }

  /// The new entries of each room, in order.
  public var entries: [StreamID: [HistoryEntry]] { segments.mapValues { $0.flatMap(\.entries) } }

  /// How many new entries there are.
  public var count: Int { segments.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } }

  /// How many bytes they take.
  public var size: Int { segments.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.bytes.count } } }

  /// The number of each room's last new entry.
  public var lastNumbers: [StreamID: Int64] { segments.compactMapValues { $0.last?.last } }

  /// Appends an entry of a room; gives what was written of it.
  @discardableResult public mutating func append(_ entry: HistoryEntry, in stream: StreamID) -> ArraySlice<UInt8> {
    Self.append(entry, to: &segments[stream, default: []])
  }

  private static func append(_ entry: HistoryEntry, to segments: inout [HistorySegment]) -> ArraySlice<UInt8> {
    let last = segments.count - 1
    if last >= 0, segments[last].count < segmentSize { return segments[last].append(entry) }
    // In busy chat one is as long as the one before. What is beside the payload rarely takes a hundred bytes.
    segments.append(HistorySegment(room: last < 0 ? entry.payload.count + 100 : segments[last].bytes.count))
    return segments[last + 1].append(entry)
  }

  /// Lets go of all new entries; in each room one takes their place.
  public mutating func replaceEntries(_ entry: (StreamID, _ number: Int64) -> HistoryEntry) {
    for (stream, number) in lastNumbers { segments[stream] = [HistorySegment([entry(stream, number)])] }
  }

  /// Lets go of entries of a room, and keeps what is to be forgotten.
  public mutating func remove(_ placed: PlacedRemoval, in stream: StreamID) {
    segments[stream] = segments[stream]?.compactMap { $0.without(placed) }
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
    for (stream, segments) in later.segments { Self.append(segments, to: &joined.segments[stream, default: []]) }
    joined.seenKeys += later.seenKeys
    joined.sent.merge(later.sent) { $1 }
    return joined
  }

  private static func append(_ later: [HistorySegment], to segments: inout [HistorySegment]) {
    for segment in later {
      if let last = segments.last, last.count + segment.count <= segmentSize {
        segments[segments.count - 1].append(segment)
      } else {
        segments.append(segment)
      }
    }
  }
}
