import FoundationEssentials
import GRDB

/// What was said lately in each room, and which notifications were taken in: a database of its own in the data folder.
///
/// It is opened when first needed and again after a failure, so that a gateway runs without it while it cannot be had. One
/// that is damaged is put aside and begun anew: what is in it is worth less than a show. Throws ``StorageError``.
public actor HistoryStore {
  private let folder: DataFolder
  private var pool: DatabasePool?
  /// Where a damaged history was put, if that happened.
  public private(set) var damaged: String?

  init(_ folder: DataFolder) {
    self.folder = folder
  }

  /// Writes a batch as one transaction.
  public func append(_ batch: HistoryBatch) async throws {
    try await write { database in
      for (stream, segments) in batch.segments {
        for segment in segments { try Self.insert(segment, of: stream, in: database) }
      }
      for (stream, removals) in batch.removals {
        for placed in removals { try Self.apply(placed.removal, in: stream, before: placed.before, in: database) }
      }
      if !batch.seenKeys.isEmpty {
        try database.execute(
          sql: "INSERT INTO seen (time, keys) VALUES (?, ?)",
          arguments: [Timestamp.now, Self.data(batch.seenKeys)])
      }
      for line in batch.sent.values { try Self.insert(line, in: database) }
    }
  }

  /// Opens what holds what is yet to be written, with what an earlier run left in it; `nil` when there can be none.
  ///
  /// What is opened belongs to the caller. What was left is to be written by ``append(_:)``.
  public nonisolated func openJournal() -> (journal: HistoryJournal, left: HistoryBatch)? {
    HistoryJournal.open(folder, isMade: true)
  }

  /// Writes what a gateway left that was killed and is not running again.
  private func settleJournal() async throws {
    guard let (journal, left) = HistoryJournal.open(folder, isMade: false) else { return }
    if !left.isEmpty { try await append(left) }
    journal.depart()
    journal.arrive()
    journal.close()
  }

  /// Forgets everything of somebody, in all rooms.
  public func erase(_ authors: [Author]) async throws {
    try await settleJournal()
    guard FileManager.default.fileExists(atPath: folder.historyPath) else { return }
    try await write { database in
      for author in authors {
        try Self.apply(.everythingOf(author), in: nil, before: .max, in: database)
        try database.execute(sql: "DELETE FROM sent WHERE sender = ?", arguments: [author.id])
      }
    }
    leaveNoTrace()
  }

  /// Clears the file in which SQLite collects changes, where what was removed may still be read. It is cleared later when somebody
  /// reads in it.
  private func leaveNoTrace() {
    _ = try? pool?.writeWithoutTransaction { try $0.checkpoint(.truncate) }
  }

  /// Forgets what need not be kept any more.
  ///
  /// - Parameters:
  ///   - streams: The rooms that still exist; what is kept of others goes altogether.
  ///   - now: In milliseconds since 1970.
  ///   - seenFor: How long keys of notifications are kept, in milliseconds.
  ///   - sentFor: How long lines that accounts sent are kept.
  public func trim(
    to retention: HistoryRetention, streams: Set<StreamID>, seenFor: Int64, sentFor: Int64, now: Int64
  ) async throws {
    try await write { database in
      try database.execute(sql: "DELETE FROM seen WHERE time < ?", arguments: [now - seenFor])
      try database.execute(sql: "DELETE FROM sent WHERE time < ?", arguments: [now - sentFor])
      for id in try Int64.fetchAll(database, sql: "SELECT DISTINCT stream_id FROM segment") {
        let stream = StreamID(rawValue: id)
        let oldest =
          streams.contains(stream) ? try Self.oldestKept(of: stream, retention, now: now, in: database) : .max
        try database.execute(
          sql: "DELETE FROM segment WHERE stream_id = ? AND last < ?", arguments: [id, oldest])
        try Self.cut(stream, before: oldest, in: database)
      }
    }
    leaveNoTrace()
  }

  /// The number of the oldest entry that has to stay.
  private static func oldestKept(
    of stream: StreamID, _ retention: HistoryRetention, now: Int64, in database: Database
  ) throws -> Int64 {
    let rows = try Row.fetchCursor(
      database, sql: "SELECT first, last, last_time, messages FROM segment WHERE stream_id = ? ORDER BY first DESC",
      arguments: [stream.rawValue])
    var missing = retention.messages
    while let row = try rows.next() {
      let (time, count): (Int64, Int) = (row["last_time"], row["messages"])
      if missing <= count, time < now - retention.milliseconds {
        if missing == 0 { return row["last"] + 1 }
        // What is older than so many messages goes from within a row, too.
        let messages = try entries(of: stream, row["first"], in: database).filter { $0.kind == .message }
        return messages.suffix(missing).first?.number ?? row["first"]
      }
      missing = max(0, missing - count)
    }
    return .min
  }

  private static func entries(of stream: StreamID, _ first: Int64, in database: Database) throws -> [HistoryEntry] {
    let bytes = try Data.fetchOne(
      database, sql: "SELECT entries FROM segment WHERE stream_id = ? AND first = ?",
      arguments: [stream.rawValue, first])
    return try HistorySegment.decode(Array(bytes ?? Data()))
  }

  /// Takes what is before a number out of the row that holds it, if one does.
  private static func cut(_ stream: StreamID, before number: Int64, in database: Database) throws {
    let first = try Int64.fetchOne(
      database, sql: "SELECT first FROM segment WHERE stream_id = ? AND first < ? AND last >= ?",
      arguments: [stream.rawValue, number, number])
    guard let first else { return }
    let kept = try entries(of: stream, first, in: database).filter { $0.number >= number }
    let segment = HistorySegment(kept)
    try database.execute(
      sql: """
        UPDATE segment SET first = ?, messages = ?, moderation = ?, private = ?, entries = ?
        WHERE stream_id = ? AND first = ?
        """,
      arguments: [
        number, segment.messages, segment.moderation, segment.limited, Data(segment.bytes), stream.rawValue, first,
      ])
  }

  private static func insert(_ line: SentLine, in database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO sent (sender, run, number, channel, time, message_id, counts) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET time = excluded.time, message_id = excluded.message_id, counts = excluded.counts
        """
    ).execute(arguments: [
      line.name.sender, line.name.run, line.name.number, line.channel, line.time, line.messageID, line.counts,
    ])
  }

  private static func insert(_ segment: HistorySegment, of stream: StreamID, in database: Database) throws {
    // What is there already was written by an attempt that seemed to fail; now it comes again, perhaps with more.
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO segment (stream_id, first, last, last_time, messages, moderation, private, entries)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (stream_id, first) DO UPDATE SET last = excluded.last, last_time = excluded.last_time,
          messages = excluded.messages, moderation = excluded.moderation, private = excluded.private,
          entries = excluded.entries
        """)
    try statement.execute(arguments: [
      stream.rawValue, segment.first, segment.last, Timestamp.now, segment.messages, segment.moderation,
      segment.limited,
      Data(segment.bytes),
    ])
  }

  /// Takes entries out of the rows that hold them. The rows stay, since their numbers say how far the history reaches.
  private static func apply(
    _ removal: Removal, in stream: StreamID?, before number: Int64, in database: Database
  ) throws {
    let (condition, word) = condition(for: removal)
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT rowid, entries FROM segment
        WHERE first < :before AND (:stream IS NULL OR stream_id = :stream) AND \(condition)
        """,
      arguments: StatementArguments(["before": number, "stream": stream?.rawValue])
        + (word.map { StatementArguments(["word": Data($0.utf8)]) } ?? StatementArguments()))
    for row in rows {
      let entries = try HistorySegment.decode(Array(row["entries"] as Data))
      let kept = entries.filter { $0.number >= number || !removal.covers($0) }
      guard kept.count < entries.count else { continue }
      let segment = HistorySegment(kept)
      try database.execute(
        sql: "UPDATE segment SET messages = ?, moderation = ?, private = ?, entries = ? WHERE rowid = ?",
        arguments: [
          segment.messages, segment.moderation, segment.limited, Data(segment.bytes), row["rowid"] as Int64,
        ])
    }
  }

  /// Which rows can hold what is to be removed, so that not all have to be taken apart.
  private static func condition(for removal: Removal) -> (sql: String, word: String?) {
    switch removal {
    case .message(let id, _): ("instr(entries, :word) > 0", id)
    case .author(let author, _): ("instr(entries, :word) > 0", author.id)
    case .chat: ("messages > 0", nil)
    case .everythingOf(let author): ("(private > 0 OR instr(entries, :word) > 0)", author.id)
    }
  }

  private static func data(_ keys: [UInt64]) -> Data {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(keys.count * 8)
    for key in keys {
      for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: key >> shift)) }
    }
    return Data(bytes)
  }

  // MARK: The database

  func write<Value: Sendable>(_ changes: @Sendable (Database) throws -> Value) async throws -> Value {
    try await attempt { try await $0.write(changes) }
  }

  func read<Value: Sendable>(_ look: @Sendable (Database) throws -> Value) async throws -> Value {
    try await attempt { try await $0.read(look) }
  }

  private func attempt<Value: Sendable>(_ work: (DatabasePool) async throws -> Value) async throws -> Value {
    do {
      return try await work(try opened())
    } catch let error as DatabaseError {
      let error = StorageError(error, path: folder.historyPath)
      if case .corrupt = error { putAside() }
      throw error
    } catch is HistorySegment.Damage {
      putAside()
      throw StorageError.corrupt(path: folder.historyPath)
    }
  }

  private func opened() throws -> DatabasePool {
    if let pool { return pool }
    let path = try folder.prepareDatabase(folder.historyPath)
    var configuration = Configuration()
    // Who runs this is told of a lock that lasts for seconds; the next try follows.
    configuration.busyMode = .timeout(3)
    // Who catches up reads page by page in turn; each further reader would cost descriptors and a cache as soon as one is busy.
    configuration.maximumReaderCount = 1
    // What is deleted is to be gone from the file as well.
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA secure_delete = ON")
      // Rows are written once and read in order: hardly a page is looked at twice. SQLite would keep 2 MB of them for the writer, and 2 MB
      // more from when somebody first catches up from disk.
      try database.execute(sql: "PRAGMA cache_size = -256")
      // Busy chat comes by the megabyte, and each page is a write of its own; but of many rooms each writes one. Only a new database
      // heeds it.
      try database.execute(sql: "PRAGMA page_size = 8192")
    }
    let new = try DatabasePool(path: path, configuration: configuration)
    try new.write { try Schema.migrate($0, by: Schema.history, path: path) }
    pool = new
    return new
  }

  private func putAside() {
    pool = nil
    let place = "\(folder.historyPath).damaged-\(Timestamp.now)"
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.moveItem(atPath: folder.historyPath + suffix, toPath: place + suffix)
    }
    damaged = place
  }
}
