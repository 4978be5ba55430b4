import FoundationEssentials
import GRDB

extension Store {
  /// Adds a user and that user's first access token, which nothing can show again.
  public func addUser(named username: String) async throws -> (user: User, token: AccessToken) {
    try User.check(username)
    let token = AccessToken.generate()
    let user = try await write { database in
      let key = User.key(of: username)
      guard try Row.fetchOne(database, sql: "SELECT 1 FROM user WHERE username_key = ?", arguments: [key]) == nil
      else { throw StorageError.taken("there is a user '\(username)' already") }
      let now = Timestamp.now
      try database.execute(
        sql: "INSERT INTO user (username, username_key, created_at, updated_at) VALUES (?, ?, ?, ?)",
        arguments: [username, key, now, now])
      let id = UserID(rawValue: database.lastInsertedRowID)
      try Self.insert(token, for: id, in: database)
      return User(id: id, username: username)
    }
    return (user, token)
  }

  /// Makes one more access token for a user; those that exist stay valid.
  public func addAccessToken(for user: UserID) async throws -> AccessToken {
    let token = AccessToken.generate()
    try await write { try Self.insert(token, for: user, in: $0) }
    return token
  }

  /// Makes a new access token for a user and ends all that existed.
  public func resetAccessTokens(for user: UserID) async throws -> AccessToken {
    let token = AccessToken.generate()
    try await write { database in
      try database.execute(sql: "DELETE FROM access_token WHERE user_id = ?", arguments: [user.rawValue])
      try Self.insert(token, for: user, in: database)
    }
    return token
  }

  /// Removes a user with everything that is that user's: tokens, accounts, streams, shares, and what the user or one of the
  /// accounts said in any room.
  ///
  /// The network tokens are only forgotten; whoever wants them revoked does that before.
  public func removeUser(_ user: UserID) async throws {
    let accounts = try await read { database in
      try Row.fetchAll(
        database, sql: "SELECT network, network_user_id FROM account WHERE owner_id = ?", arguments: [user.rawValue]
      ).map { Author(network: $0["network"], id: $0["network_user_id"]) }
    }
    // First, so that nothing is left of a user whom nobody can name any more.
    try await history.erase([Author(user)] + accounts)
    try await write { database in
      try database.execute(sql: "DELETE FROM user WHERE id = ?", arguments: [user.rawValue])
      guard database.changesCount == 1 else { throw StorageError.notFound("user \(user)") }
    }
  }

  private static func insert(_ token: AccessToken, for user: UserID, in database: Database) throws {
    try database.execute(
      sql: "INSERT INTO access_token (hash, user_id, created_at) VALUES (?, ?, ?)",
      arguments: [token.hash, user.rawValue, Timestamp.now])
  }
}
