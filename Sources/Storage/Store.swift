import FoundationEssentials
import GRDB

/// Everything that outlives the process: SQLite files in the data folder.
///
/// Any number of processes may have the same folder open. All methods may be called from anywhere; SQLite's work is
/// done on threads of its own, so an awaiting event loop goes on. Throws ``StorageError``.
public final class Store: Sendable {
  let path: String
  let key: SealingKey
  let pool: DatabasePool
  /// One connection that only reads, since SQLite counts what *other* connections change for each one separately.
  let watch: DatabaseQueue
  /// What was said lately.
  public let history: HistoryStore

  private init(path: String, key: SealingKey, history: HistoryStore) throws {
    self.path = path
    self.key = key
    self.history = history
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    // Further readers would cost descriptors and caches of their own, and there is little to read.
    configuration.maximumReaderCount = 1
    pool = try DatabasePool(path: path, configuration: configuration)
    try pool.write { try Schema.migrate($0, by: Schema.directory, path: path) }
    configuration.readonly = true
    watch = try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Opens the database of a data folder, after making whatever is missing and migrating what is old.
  @concurrent public static func open(folder: String, key: SealingKey) async throws -> Store {
    let folder = try DataFolder(folder)
    let path = try folder.prepareDatabase(folder.databasePath)
    do {
      let store = try Store(path: path, key: key, history: HistoryStore(folder))
      try await store.checkKey()
      return store
    } catch let error as DatabaseError {
      throw StorageError(error, path: path)
    }
  }

  /// Runs changes as one transaction; no other process's change comes between.
  func write<Value: Sendable>(_ changes: @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      return try await pool.write(changes)
    } catch let error as DatabaseError {
      throw StorageError(error, path: path)
    }
  }

  /// Reads from one moment's state.
  func read<Value: Sendable>(_ look: @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      return try await pool.read(look)
    } catch let error as DatabaseError {
      throw StorageError(error, path: path)
    }
  }
}
