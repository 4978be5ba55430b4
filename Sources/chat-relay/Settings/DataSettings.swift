import FoundationEssentials
import Storage
import Twitch

/// Where users, accounts and streams are kept.
struct DataSettings {
  let folder: String
  let secretKey: Secret?

  init(_ reader: inout SettingsReader) {
    folder = reader.text(.data) ?? "chat-relay-data"
    secretKey = reader.text(.secretKey).map { Secret($0) }
    if let secretKey, secretKey.reveal().utf8.count < 32 {
      reader.refuse(.secretKey, "32 characters or more, such as `openssl rand -hex 32` prints")
    }
  }

  /// Whether somebody has used the folder before.
  var isThere: Bool { FileManager.default.fileExists(atPath: folder) }

  /// Takes hold of the folder for a gateway; a second one is told.
  func lock() throws(FolderLock.Taken) -> FolderLock { try FolderLock(folder) }

  /// Opens the store, after making the folder, the key and the tables if need be.
  func openStore() async throws -> Store {
    let key = try SealingKey.load(environmentValue: secretKey?.reveal(), folder: folder)
    return try await Store.open(folder: folder, key: key)
  }
}
