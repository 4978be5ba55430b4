import FoundationEssentials
import GRDB

extension Directory {
  /// Reads everything, in one transaction of the caller's.
  init(_ database: Database) throws {
    try loadUsers(database)
    try loadAccounts(database)
    try loadStreams(database)
  }

  private mutating func loadUsers(_ database: Database) throws {
    try Row.fetchCursor(database, sql: "SELECT * FROM user").forEach { row in
      let user = User(row)
      users[user.id] = user
      usernames[User.key(of: user.username)] = user.id
    }
    try Row.fetchCursor(database, sql: "SELECT hash, user_id FROM access_token").forEach { row in
      accessTokens[row["hash"]] = UserID(rawValue: row["user_id"])
    }
  }

  private mutating func loadAccounts(_ database: Database) throws {
    try Row.fetchCursor(database, sql: "SELECT * FROM account").forEach { row in
      let account = Account(row)
      accounts[account.id] = account
      networkUsers[NetworkUser(network: account.identity.network, id: account.identity.networkUserID)] = account.id
    }
    try Row.fetchCursor(database, sql: "SELECT account_id, user_id FROM account_share").forEach { row in
      accountShares[AccountID(rawValue: row["account_id"]), default: []].insert(UserID(rawValue: row["user_id"]))
    }
  }

  private mutating func loadStreams(_ database: Database) throws {
    var members: [StreamID: [AccountID]] = [:]
    let pairs = "SELECT stream_id, account_id FROM stream_account ORDER BY stream_id, position"
    try Row.fetchCursor(database, sql: pairs).forEach { row in
      let stream = StreamID(rawValue: row["stream_id"])
      let account = AccountID(rawValue: row["account_id"])
      members[stream, default: []].append(account)
      carriers[account, default: []].append(stream)
    }
    try Row.fetchCursor(database, sql: "SELECT * FROM stream").forEach { row in
      let id = StreamID(rawValue: row["id"])
      streams[id] = Stream(row, accounts: members[id] ?? [])
    }
    try Row.fetchCursor(database, sql: "SELECT * FROM stream_share").forEach { row in
      streamShares[StreamID(rawValue: row["stream_id"]), default: [:]][UserID(rawValue: row["user_id"])] = StreamShare(
        chatLevel: ChatLevel(rawValue: row["chat_level"]) ?? .none,
        metadataLevel: MetadataLevel(rawValue: row["metadata_level"]) ?? .none)
    }
  }
}
