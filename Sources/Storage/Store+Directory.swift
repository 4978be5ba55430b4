import GRDB

extension Store {
  /// Reads who and what there is now.
  public func directory() async throws -> Directory {
    try await read { try Directory($0) }
  }

  /// Yields who and what there is within a second of every change since `known` was read, by whichever process.
  ///
  /// Ends when the task that iterates is cancelled, and not before: while the file cannot be read, the last directory
  /// stays the last, and reading is tried again.
  public func directories(after known: Directory) -> Directories { Directories(store: self, known: known) }
}

/// The directories that come one after another; see ``Store/directories(after:)``.
public struct Directories: AsyncSequence, Sendable {
  let store: Store
  let known: Directory

  /// Begins with what differs from the directory that is known, however many iterators there are.
  public func makeAsyncIterator() -> Iterator { Iterator(store: store, known: known) }

  /// Remembers what it yielded last, and yields only what differs.
  public struct Iterator: AsyncIteratorProtocol {
    private let store: Store
    private var last: Directory
    private var version: Int64?

    init(store: Store, known: Directory) {
      self.store = store
      last = known
    }

    /// Waits for the next change.
    public mutating func next() async -> Directory? {
      // SQLite tells nobody of what another process changes: it has to be asked, and a look at the version costs next to nothing.
      while (try? await Task.sleep(for: .milliseconds(500))) != nil {
        if let change = await change() { return change }
      }
      return nil
    }

    /// Looks once: nothing changed, or what there is now. What cannot be read now is a change to be seen later.
    mutating func change() async -> Directory? {
      let known = version
      let found =
        try? await store.watch.read { database in
          // SQLite: "data_version" differs when another connection committed since this one asked last.
          guard let version = try Int64.fetchOne(database, sql: "PRAGMA data_version"), version != known else {
            return nil
          }
          return (version: version, directory: try Directory(database))
        } as (version: Int64, directory: Directory)?
      guard let found else { return nil }
      version = found.version
      guard found.directory != last else { return nil }
      last = found.directory
      return last
    }
  }
}
