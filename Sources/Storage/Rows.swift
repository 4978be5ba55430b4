import FoundationEssentials
import GRDB

/// How the tables' rows become values. STRICT tables and their checks make every column what it says it is.

extension User {
  init(_ row: Row) {
    self.init(id: UserID(rawValue: row["id"]), username: row["username"])
  }
}

extension Account {
  init(_ row: Row) {
    self.init(
      id: AccountID(rawValue: row["id"]), owner: UserID(rawValue: row["owner_id"]),
      identity: NetworkIdentity(
        network: row["network"], networkUserID: row["network_user_id"], name: row["name"], login: row["login"],
        picture: row["picture"]),
      state: State(rawValue: row["state"]) ?? .relinkNeeded, linkedAt: Timestamp.date(row["linked_at"]))
  }

  static func fetch(_ network: String, _ networkUserID: String, in database: Database) throws -> Account? {
    try Row.fetchOne(
      database, sql: "SELECT * FROM account WHERE network = ? AND network_user_id = ?",
      arguments: [network, networkUserID]
    ).map(Account.init)
  }
}

extension Stream {
  init(_ row: Row, accounts: [AccountID]) {
    self.init(
      id: StreamID(rawValue: row["id"]), owner: UserID(rawValue: row["owner_id"]), name: row["name"],
      slug: row["slug"], accounts: accounts, chatWhenOffline: row["chat_when_offline"])
  }

  static func fetch(_ id: StreamID, in database: Database) throws -> Stream {
    let row = try Row.fetchOne(database, sql: "SELECT * FROM stream WHERE id = ?", arguments: [id.rawValue])
    guard let row else { throw StorageError.notFound("stream \(id)") }
    let accounts = try Int64.fetchAll(
      database, sql: "SELECT account_id FROM stream_account WHERE stream_id = ? ORDER BY position",
      arguments: [id.rawValue])
    return Stream(row, accounts: accounts.map(AccountID.init))
  }
}
