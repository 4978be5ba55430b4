import FoundationEssentials
import Storage

/// Runs a test with a data folder of its own, which is gone afterwards.
func withFolder(_ test: (String) async throws -> Void) async throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "chat-relay-\(UUID().uuidString)").path
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try await test(folder)
}

/// Runs a test with an empty store.
func withStore(_ test: (Store) async throws -> Void) async throws {
  try await withFolder { try await test(Store.open(folder: $0, key: makeKey())) }
}

func makeKey(_ digit: Character = "a") throws -> SealingKey { try SealingKey(String(repeating: digit, count: 64)) }

func makeIdentity(_ networkUserID: String = "1001", name: String = "Streamer") -> NetworkIdentity {
  NetworkIdentity(networkUserID: networkUserID, name: name, login: name.lowercased())
}

func makeTokens(_ accessToken: String = "access-token-in-clear") -> NetworkTokens {
  NetworkTokens(accessToken: accessToken, refreshToken: "refresh-token-in-clear", scopes: ["user:read:chat"])
}
