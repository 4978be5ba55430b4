import GRDB

extension Store {
  /// Reads who and what there is now.
  public func directory() async throws -> Directory {
    try await read { try Directory($0) }
  }

  /// Yields who and what there is, at once and again within a second of every change, by whichever process.
  ///
  /// Ends when the task that iterates is cancelled, and not before: while the file cannot be read, the last directory
  /// stays the last, and reading is tried again.
  public func directories() -> Directories { Directories(store: self) }
}

/// The directories that come one after another; see ``Store/directories()``.
public struct Directories: AsyncSequence, Sendable {
  let store: Store

  /// Begins with the present state, however many iterators there are.
  public func makeAsyncIterator() -> Iterator { Iterator(store: store) }

  /// Remembers what it yielded last, and yields only what differs.
  public struct Iterator: AsyncIteratorProtocol {
    let store: Store
    private var last: (version: Int64, directory: Directory)?

    init(store: Store) { self.store = store }

    /// Waits for the next change.
    public mutating func next() async -> Directory? {
      while !Task.isCancelled {
        if let change = await change() { return change }
        // SQLite tells nobody of what another process changes: it has to be asked, and a look at the version costs next to nothing.
        try? await Task.sleep(for: .milliseconds(500))
      }
      return nil
    }

    /// Looks once: nothing changed, or what there is now. What cannot be read now is a change to be seen later.
    mutating func change() async -> Directory? {
      let known = last?.version
      let found =
        try? await store.watch.read { database in
          // SQLite: "data_version" differs when another connection committed since this one asked last.
          guard let version = try Int64.fetchOne(database, sql: "PRAGMA data_version"), version != known else {
            return nil
          }
          return (version: version, directory: try Directory(database))
        } as (version: Int64, directory: Directory)?
      guard let found else { return nil }
      defer { last = found }
      return found.directory == last?.directory ? nil : found.directory
    }
  }
}
