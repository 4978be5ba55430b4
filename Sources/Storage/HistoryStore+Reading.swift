import FoundationEssentials
import GRDB

extension HistoryStore {
  /// How many bytes a page has, and one segment more.
  private static let pageSize = 256 << 10

  /// Some entries of a room that follow each other.
  public struct Page: Sendable {
    /// Whether nothing is missing between the number that was asked for and the first entry.
    public var isComplete: Bool
    /// What there is, in order; empty at the end.
    public var entries: [HistoryEntry]

    /// Takes both as they are.
    public init(isComplete: Bool, entries: [HistoryEntry]) {
      self.isComplete = isComplete
      self.entries = entries
    }
  }

  /// What a gateway that starts has to know of the runs before it.
  public struct Past: Sendable {
    /// The greatest number of each room.
    public var heads: [StreamID: Int64] = [:]
    /// The acts of moderation since the time that was asked for.
    public var moderation: [StreamID: [HistoryEntry]] = [:]
    /// The messages of the last minute by our clock, which may have been the accounts' of this gateway.
    public var latest: [HistoryEntry] = []
    /// The keys of the notifications that were taken in since then.
    public var seenKeys: [UInt64] = []
    /// The lines that accounts sent lately.
    public var sent: [SentLine.Name: SentLine] = [:]

    /// Knows nothing.
    public init() {}

    /// Takes in what comes after it, whether it has been written meanwhile or not.
    public mutating func take(_ batch: HistoryBatch) {
      for (stream, entries) in batch.entries {
        heads[stream] = max(heads[stream] ?? .min, entries.last?.number ?? .min)
        moderation[stream, default: []] += entries.filter { $0.kind == .moderation }
        latest += entries.filter { $0.kind == .message }
      }
      seenKeys += batch.seenKeys
      sent.merge(batch.sent) { $1 }
    }
  }

  /// Reads what is needed at the start. `duration` says how far back, in milliseconds before the end of the last run: our clock
  /// may have been set right since.
  public func past(of duration: Int64) async throws -> Past {
    try await read { database in
      var past = Past()
      let latest = "SELECT MAX(time) FROM (SELECT MAX(time) AS time FROM seen UNION SELECT MAX(last_time) FROM segment)"
      let time = (try Int64.fetchOne(database, sql: latest) ?? 0) - duration
      for row in try Row.fetchAll(database, sql: "SELECT stream_id, MAX(last) AS head FROM segment GROUP BY stream_id")
      {
        past.heads[StreamID(rawValue: row["stream_id"])] = row["head"]
      }
      let moderated = try Row.fetchAll(
        database,
        sql: "SELECT stream_id, entries FROM segment WHERE moderation > 0 AND last_time >= ? ORDER BY first",
        arguments: [time])
      for row in moderated {
        past.moderation[StreamID(rawValue: row["stream_id"]), default: []] +=
          try HistorySegment.decode(Array(row["entries"] as Data)).filter { $0.kind == .moderation }
      }
      let recent = try Data.fetchAll(
        database, sql: "SELECT entries FROM segment WHERE last_time >= ?", arguments: [Timestamp.now - 60_000])
      past.latest = try recent.flatMap { try HistorySegment.decode(Array($0)) }.filter { $0.kind == .message }
      // All that was not trimmed: by which clock their time was taken, nobody knows.
      for keys in try Data.fetchAll(database, sql: "SELECT keys FROM seen") {
        past.seenKeys += Self.keys(keys)
      }
      for row in try Row.fetchAll(database, sql: "SELECT * FROM sent") {
        let name = SentLine.Name(sender: row["sender"], run: row["run"], number: row["number"])
        past.sent[name] = SentLine(
          name: name, channel: row["channel"], time: row["time"], messageID: row["message_id"], counts: row["counts"])
      }
      return past
    }
  }

  /// The rows of a room that reach beyond a number. They follow each other, so that the index leads to the first of them: to look at the
  /// `last` of all that is kept took so long for each reader that a crowd of them never caught up.
  static let following = """
    SELECT entries FROM segment
    WHERE stream_id = :stream AND last > :number AND first >= IFNULL(
      (SELECT MAX(first) FROM segment WHERE stream_id = :stream AND first <= :number), 0)
    ORDER BY first
    """

  /// Reads on after a number, some hundred entries at a time.
  public func page(of stream: StreamID, after number: Int64) async throws -> Page {
    try await read { database in
      let first = try Int64.fetchOne(
        database, sql: "SELECT MIN(first) FROM segment WHERE stream_id = ?", arguments: [stream.rawValue])
      let rows = try Row.fetchCursor(
        database, sql: Self.following, arguments: ["stream": stream.rawValue, "number": number])
      var entries: [HistoryEntry] = []
      var size = 0
      while entries.count < 200, size < Self.pageSize, let row = try rows.next() {
        size += (row["entries"] as Data).count
        entries += try HistorySegment.decode(Array(row["entries"] as Data)).drop { $0.number <= number }
      }
      return Page(isComplete: first.map { $0 - 1 <= number } ?? false, entries: entries)
    }
  }

  /// The place before the last `count` messages of a room that a user may see; before all when there are not as many, and
  /// `nil` when there are none.
  ///
  /// - Parameter limit: Only what is before this number counts.
  public func placeBefore(
    last count: Int, of stream: StreamID, for user: UserID, before limit: Int64
  ) async throws -> Int64? {
    try await read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: "SELECT entries FROM segment WHERE stream_id = ? AND first < ? AND messages > 0 ORDER BY first DESC",
        arguments: [stream.rawValue, limit])
      var place: Int64?
      var found = 0
      while found < count, let row = try rows.next() {
        for entry in try HistorySegment.decode(Array(row["entries"] as Data)).reversed()
        where found < count && entry.number < limit && entry.kind == .message && entry.isFor(user) {
          place = entry.number - 1
          found += 1
        }
      }
      return place
    }
  }

  private static func keys(_ data: Data) -> [UInt64] {
    stride(from: 0, to: data.count - data.count % 8, by: 8).map { start in
      (0..<8).reduce(0) { $0 | UInt64(data[data.startIndex + start + $1]) << UInt64($1 * 8) }
    }
  }
}
