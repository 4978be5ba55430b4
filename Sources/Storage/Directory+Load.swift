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
    for row in try Row.fetchAll(database, sql: "SELECT * FROM user") {
      let user = User(row)
      users[user.id] = user
      usernames[User.key(of: user.username)] = user.id
    }
    for row in try Row.fetchAll(database, sql: "SELECT hash, user_id FROM access_token") {
      accessTokens[row["hash"]] = UserID(rawValue: row["user_id"])
    }
  }

  private mutating func loadAccounts(_ database: Database) throws {
    for row in try Row.fetchAll(database, sql: "SELECT * FROM account") {
      let account = Account(row)
      accounts[account.id] = account
      networkUsers[NetworkUser(network: account.identity.network, id: account.identity.networkUserID)] = account.id
    }
    for row in try Row.fetchAll(database, sql: "SELECT account_id, user_id FROM account_share") {
      accountShares[AccountID(rawValue: row["account_id"]), default: []].insert(UserID(rawValue: row["user_id"]))
    }
  }

  private mutating func loadStreams(_ database: Database) throws {
    var members: [StreamID: [AccountID]] = [:]
    let pairs = "SELECT stream_id, account_id FROM stream_account ORDER BY stream_id, position"
    for row in try Row.fetchAll(database, sql: pairs) {
      let stream = StreamID(rawValue: row["stream_id"])
      let account = AccountID(rawValue: row["account_id"])
      members[stream, default: []].append(account)
      carriers[account, default: []].append(stream)
    }
    for row in try Row.fetchAll(database, sql: "SELECT * FROM stream") {
      let id = StreamID(rawValue: row["id"])
      streams[id] = Stream(row, accounts: members[id] ?? [])
    }
    for row in try Row.fetchAll(database, sql: "SELECT * FROM stream_share") {
      streamShares[StreamID(rawValue: row["stream_id"]), default: [:]][UserID(rawValue: row["user_id"])] = StreamShare(
        chatLevel: ChatLevel(rawValue: row["chat_level"]) ?? .none,
        metadataLevel: MetadataLevel(rawValue: row["metadata_level"]) ?? .none)
    }
  }
}
