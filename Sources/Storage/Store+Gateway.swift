import FoundationEssentials
import GRDB

/// What belongs to the gateway itself and to none of its users.
extension Store {
  /// The conduit that this gateway uses for a Twitch application, if it has made or adopted one.
  public func conduitID(of clientID: String) async throws -> String? {
    try await read { database in
      try String.fetchOne(
        database, sql: "SELECT conduit_id FROM conduit WHERE client_id = ?", arguments: [clientID])
    }
  }

  /// Remembers the conduit of a Twitch application.
  public func setConduitID(_ conduitID: String, of clientID: String) async throws {
    try await write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO conduit (client_id, conduit_id) VALUES (?, ?)", arguments: [clientID, conduitID])
    }
  }

  /// Returns once every change that was asked for before is made, or has failed.
  public func settle() async {
    // Changes are made one after another, so this one's turn comes when theirs are over.
    try? await write { _ in }
  }

  /// The secret that Twitch signs webhook notifications with: 64 hexadecimal digits, made when first asked for.
  public func webhookSecret() async throws -> String {
    try await sealedValue(named: "webhook secret", else: AccessToken.generate().reveal())
  }

  /// Throws when tokens in this folder were sealed with another key, before anything is done with this one.
  func checkKey() async throws {
    _ = try await sealedValue(named: "key check", else: "chat-relay")
  }

  private func sealedValue(named name: String, else first: String) async throws -> String {
    let purpose = "gateway/\(name)"
    let proposal = try key.seal(Data(first.utf8), for: purpose)
    let sealed = try await write { database in
      try database.execute(
        sql: "INSERT INTO sealed_value (name, sealed) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [name, proposal])
      return try Data.fetchOne(database, sql: "SELECT sealed FROM sealed_value WHERE name = ?", arguments: [name])
    }
    guard let sealed else { preconditionFailure("the row was written in this very transaction") }
    return try String(decoding: key.open(sealed, for: purpose), as: UTF8.self)
  }
}
