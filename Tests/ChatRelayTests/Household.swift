import Foundation
import Storage

/// People, accounts and a stream in a store of its own, as most tests need them.
///
/// `john` owns the stream that carries `harbor`, and has the account `dock` besides; `mary` has `pier`. Ids at Twitch are 1, 2, 3.
struct Household {
  let folder: String
  let store: Store
  let john: User
  let johnsToken: AccessToken
  let mary: User
  let marysToken: AccessToken
  let harbor: Account
  let dock: Account
  let pier: Account
  let stream: Storage.Stream

  /// Makes one; `tokens` says what the account of a Twitch user is linked with.
  init(tokens: (String) async throws -> NetworkTokens = { _ in Household.anyTokens }) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "relay-\(UUID().uuidString)").path
    store = try await Store.open(folder: folder, key: SealingKey(String(repeating: "k", count: 32)))
    let john = try await store.addUser(named: "john")
    let mary = try await store.addUser(named: "mary")
    self.john = john.user
    johnsToken = john.token
    self.mary = mary.user
    marysToken = mary.token
    harbor = try await store.linkAccount(Self.identity("1", "Harbor"), tokens: try await tokens("1"), to: john.user.id)
    dock = try await store.linkAccount(Self.identity("2", "Dock"), tokens: try await tokens("2"), to: john.user.id)
    pier = try await store.linkAccount(Self.identity("3", "Pier"), tokens: try await tokens("3"), to: mary.user.id)
    stream = try await store.addStream(named: "Evening show", accounts: [harbor.id], owner: john.user.id)
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  static let anyTokens = NetworkTokens(accessToken: "a", refreshToken: "r", scopes: ["user:write:chat"])

  private static func identity(_ id: String, _ name: String) -> NetworkIdentity {
    NetworkIdentity(networkUserID: id, name: name, login: name.lowercased())
  }
}
