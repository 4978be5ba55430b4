import FoundationEssentials
import Logging

@testable import chat_relay

/// Reads settings from layers that a test makes up, with what `serve` cannot do without.
func makeReader(
  flags: [Setting: String] = [:], environment: [String: String] = [:], file: String? = nil
) async throws -> SettingsReader {
  let needed = [
    "TWITCH_CLIENT_ID": "id", "TWITCH_CLIENT_SECRET": "application-secret",
    "CHAT_RELAY_PUBLIC_FOLDER": checkout.appending(path: "Public").path,
  ]
  let environment = needed.merging(environment) { $1 }
  guard let file else { return await SettingsReader(flags: flags, environment: environment, filePath: nil) }
  return try await withFile(file) { path in
    await SettingsReader(flags: flags, environment: environment, filePath: path)
  }
}

/// The folder that these tests are built in.
let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Runs something with a file of that content, which is gone afterwards.
func withFile<Value>(_ content: String, _ body: (String) async throws -> Value) async throws -> Value {
  let path = FileManager.default.temporaryDirectory.appending(path: "chat-relay-\(UUID().uuidString).json").path
  try Data(content.utf8).write(to: URL(filePath: path))
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try await body(path)
}

/// What is wrong with the settings of `serve`, each problem a sentence.
func problems(_ reader: SettingsReader) -> [String] {
  var reader = reader
  _ = (ServerSettings(&reader), DataSettings(&reader), TwitchSettings(&reader), reader.logger(from: .info))
  do throws(WrongSettings) {
    try reader.finish()
    return []
  } catch {
    return error.problems.map(\.description)
  }
}
