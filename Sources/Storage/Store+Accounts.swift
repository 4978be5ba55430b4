import FoundationEssentials
import GRDB

extension Store {
  /// Links a network account to a user, or links it anew when it is that user's already: then it keeps its id, takes the
  /// new tokens and is usable again.
  public func linkAccount(
    _ identity: NetworkIdentity, tokens: NetworkTokens, to owner: UserID
  ) async throws -> Account {
    let sealed = try seal(tokens, of: identity)
    return try await write { database in
      let known = try Account.fetch(identity.network, identity.networkUserID, in: database)
      if let known, known.owner != owner {
        throw StorageError.taken("the account \(identity.name) is linked by another user already")
      }
      // Not an upsert, which would use up an id each time.
      try database.execute(
        sql: known == nil
          ? """
          INSERT INTO account (owner_id, network, network_user_id, name, login, slug, picture, state, sealed_tokens,
            created_at, updated_at, linked_at)
          VALUES (:owner, :network, :networkUserID, :name, :login, :slug, :picture, 'usable', :sealed, :now, :now, :now)
          """
          : """
          UPDATE account SET name = :name, login = :login, slug = :slug, picture = :picture, state = 'usable',
            sealed_tokens = :sealed, updated_at = :now, linked_at = max(:now, linked_at + 1)
          WHERE owner_id = :owner AND network = :network AND network_user_id = :networkUserID
          """,
        arguments: [
          "owner": owner.rawValue, "network": identity.network, "networkUserID": identity.networkUserID,
          "name": identity.name, "login": identity.login, "slug": Stream.slug(of: identity.name),
          "picture": identity.picture, "sealed": sealed, "now": Timestamp.now,
        ])
      guard let account = try Account.fetch(identity.network, identity.networkUserID, in: database) else {
        preconditionFailure("the row was written in this very transaction")
      }
      return account
    }
  }

  /// Opens an account's tokens.
  public func tokens(of account: AccountID) async throws -> NetworkTokens {
    let sealed = try await read { try SealedTokens(of: account, in: $0) }
    return try sealed.opened(with: key, JSONDecoder())
  }

  /// Opens the tokens of many accounts, which takes a start's time: they are read together, and opened away from the caller's
  /// thread. What is wrong with some does not keep the others back.
  @concurrent public func tokens(of accounts: [AccountID]) async throws -> [AccountID: Result<NetworkTokens, any Error>]
  {
    let sealed = try await read { database in
      accounts.map { account in (account, Result { try SealedTokens(of: account, in: database) }) }
    }
    let decoder = JSONDecoder()
    let opened = sealed.map { account, sealed in
      let opened = Result { try sealed.get().opened(with: key, decoder) }
      return (
        account, opened.mapError { error in (error as? DatabaseError).map { StorageError($0, path: path) } ?? error }
      )
    }
    return Dictionary(opened) { first, _ in first }
  }

  /// Keeps a refreshed pair. When this returned, the pair is on disk and may be used.
  ///
  /// `linkedAt` says what it was refreshed from: when the owner has linked the account anew meanwhile, that counts, and this throws
  /// ``StorageError/notFound(_:)``.
  public func saveTokens(_ tokens: NetworkTokens, of account: Account) async throws {
    let sealed = try seal(tokens, of: account.identity)
    try await write { database in
      try database.execute(
        sql: "UPDATE account SET sealed_tokens = ?, updated_at = ? WHERE id = ? AND linked_at = ?",
        arguments: [sealed, Timestamp.now, account.id.rawValue, Timestamp.milliseconds(account.linkedAt)])
      guard database.changesCount == 1 else { throw StorageError.notFound("account \(account.id), as it was linked,") }
    }
  }

  /// Notes whether the network still takes an account's tokens.
  ///
  /// `linkedAt` says which tokens this is about: when the owner has linked the account anew meanwhile, nothing is noted.
  public func setState(_ state: Account.State, of account: Account) async throws {
    try await write { database in
      try database.execute(
        sql: "UPDATE account SET state = ?, updated_at = ? WHERE id = ? AND linked_at = ? AND state <> ?",
        arguments: [
          state.rawValue, Timestamp.now, account.id.rawValue, Timestamp.milliseconds(account.linkedAt), state.rawValue,
        ])
    }
  }

  /// Lets another user write with an account. Does nothing when that user may already.
  public func shareAccount(_ account: AccountID, with user: UserID) async throws {
    try await write { database in
      try database.execute(
        sql: """
          INSERT INTO account_share (account_id, user_id) SELECT id, ? FROM account WHERE id = ? AND owner_id <> ?
          ON CONFLICT DO NOTHING
          """,
        arguments: [user.rawValue, account.rawValue, user.rawValue])
    }
  }

  /// Takes an account back from another user, out of that user's streams too.
  public func unshareAccount(_ account: AccountID, from user: UserID) async throws {
    try await write { database in
      try database.execute(
        sql: "DELETE FROM account_share WHERE account_id = ? AND user_id = ?",
        arguments: [account.rawValue, user.rawValue])
      guard database.changesCount == 1 else { return }
      try database.execute(
        sql: """
          DELETE FROM stream_account
          WHERE account_id = ? AND stream_id IN (SELECT id FROM stream WHERE owner_id = ?)
          """,
        arguments: [account.rawValue, user.rawValue])
    }
  }

  /// Forgets an account everywhere: its tokens, its shares and its place in streams.
  public func removeAccount(_ account: AccountID) async throws {
    try await write { database in
      try database.execute(sql: "DELETE FROM account WHERE id = ?", arguments: [account.rawValue])
      guard database.changesCount == 1 else { throw StorageError.notFound("account \(account)") }
    }
  }

  private func seal(_ tokens: NetworkTokens, of identity: NetworkIdentity) throws -> Data {
    let purpose = SealedTokens.purpose(identity.network, identity.networkUserID)
    return try key.seal(JSONEncoder().encode(tokens), for: purpose)
  }
}

/// A pair as it is kept.
private struct SealedTokens {
  private let bytes: Data
  private let purpose: String

  init(of account: AccountID, in database: Database) throws {
    let statement = try database.cachedStatement(
      sql: "SELECT sealed_tokens, network, network_user_id FROM account WHERE id = ?")
    guard let row = try Row.fetchOne(statement, arguments: [account.rawValue]) else {
      throw StorageError.notFound("account \(account)")
    }
    bytes = row["sealed_tokens"]
    purpose = Self.purpose(row["network"], row["network_user_id"])
  }

  func opened(with key: SealingKey, _ decoder: JSONDecoder) throws -> NetworkTokens {
    try decoder.decode(NetworkTokens.self, from: key.open(bytes, for: purpose))
  }

  /// What binds a sealed pair to its account, so that a row pasted over another's does not open.
  static func purpose(_ network: String, _ networkUserID: String) -> String {
    "account/\(network)/\(networkUserID)"
  }
}
