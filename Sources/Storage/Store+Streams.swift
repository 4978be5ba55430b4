import FoundationEssentials
import GRDB

extension Store {
  /// Adds a stream that carries the chat of these accounts, which have to be the owner's or shared with the owner.
  public func addStream(
    named name: String, accounts: [AccountID], owner: UserID, chatWhenOffline: Bool = false
  ) async throws -> Stream {
    try Stream.check(name)
    return try await write { database in
      let slug = Stream.slug(of: name)
      let same = "SELECT 1 FROM stream WHERE owner_id = ? AND slug = ?"
      guard try Row.fetchOne(database, sql: same, arguments: [owner.rawValue, slug]) == nil else {
        throw StorageError.taken("this user has a stream with the slug '\(slug)' already")
      }
      let now = Timestamp.now
      try database.execute(
        sql: """
          INSERT INTO stream (uuid, owner_id, name, slug, chat_when_offline, created_at, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [UUID().uuidString.lowercased(), owner.rawValue, name, slug, chatWhenOffline, now, now])
      let id = StreamID(rawValue: database.lastInsertedRowID)
      try Self.insert(accounts, into: id, of: owner, in: database)
      return try Stream.fetch(id, in: database)
    }
  }

  /// Replaces the accounts whose chat a stream carries; the rule of ``addStream(named:accounts:owner:chatWhenOffline:)``
  /// holds.
  public func setAccounts(_ accounts: [AccountID], of stream: StreamID) async throws -> Stream {
    try await write { database in
      let owner = try Stream.fetch(stream, in: database).owner
      try database.execute(sql: "DELETE FROM stream_account WHERE stream_id = ?", arguments: [stream.rawValue])
      try Self.insert(accounts, into: stream, of: owner, in: database)
      try Self.touch(stream, in: database)
      return try Stream.fetch(stream, in: database)
    }
  }

  /// Says whether a stream lists its accounts while nobody is live.
  public func setChatWhenOffline(_ isOn: Bool, of stream: StreamID) async throws -> Stream {
    try await write { database in
      try database.execute(
        sql: "UPDATE stream SET chat_when_offline = ? WHERE id = ?", arguments: [isOn, stream.rawValue])
      try Self.touch(stream, in: database)
      return try Stream.fetch(stream, in: database)
    }
  }

  /// Lets another user into a stream, or out of it: a share that allows nothing is no share.
  public func shareStream(_ stream: StreamID, with user: UserID, _ share: StreamShare) async throws {
    try await write { database in
      guard try Stream.fetch(stream, in: database).owner != user else {
        throw StorageError.taken("the stream \(stream) is that user's own")
      }
      let ids: StatementArguments = [stream.rawValue, user.rawValue]
      if share == StreamShare() {
        try database.execute(sql: "DELETE FROM stream_share WHERE stream_id = ? AND user_id = ?", arguments: ids)
      } else {
        try database.execute(
          sql:
            "INSERT OR REPLACE INTO stream_share (stream_id, user_id, chat_level, metadata_level) VALUES (?, ?, ?, ?)",
          arguments: ids + [share.chatLevel.rawValue, share.metadataLevel.rawValue])
      }
    }
  }

  /// Removes a stream and its shares.
  public func removeStream(_ stream: StreamID) async throws {
    try await write { database in
      try database.execute(sql: "DELETE FROM stream WHERE id = ?", arguments: [stream.rawValue])
      guard database.changesCount == 1 else { throw StorageError.notFound("stream \(stream)") }
    }
  }

  private static func insert(
    _ accounts: [AccountID], into stream: StreamID, of owner: UserID, in database: Database
  ) throws {
    for (position, account) in accounts.enumerated() where !accounts[..<position].contains(account) {
      try database.execute(
        sql: """
          INSERT INTO stream_account (stream_id, account_id, position)
          SELECT :stream, id, :position FROM account WHERE id = :account AND (owner_id = :owner
            OR EXISTS (SELECT 1 FROM account_share WHERE account_id = account.id AND user_id = :owner))
          """,
        arguments: [
          "stream": stream.rawValue, "account": account.rawValue, "position": position, "owner": owner.rawValue,
        ])
      // The same answer for one that does not exist, so that nobody can probe for other people's accounts.
      guard database.changesCount == 1 else { throw StorageError.notFound("account \(account) that this user may use") }
    }
  }

  private static func touch(_ stream: StreamID, in database: Database) throws {
    try database.execute(
      sql: "UPDATE stream SET updated_at = ? WHERE id = ?", arguments: [Timestamp.now, stream.rawValue])
  }
}
