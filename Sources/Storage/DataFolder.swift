import FoundationEssentials

/// The folder that a gateway keeps everything in, readable by its own user alone.
struct DataFolder {
  private let path: String

  /// Makes the folder, closed to others, unless it is there.
  init(_ path: String) throws(StorageError) {
    self.path = path
    do {
      // One that is there keeps its rights: it may be a mount point that others need to pass.
      guard !FileManager.default.fileExists(atPath: path) else { return }
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw .unusable(path: path, reason: Self.reason(error))
    }
  }

  var databasePath: String { path + "/chat-relay.sqlite" }

  private var keyPath: String { path + "/secret.key" }

  /// Reads the secret of this folder, and makes one first when there is none.
  func secret() throws(StorageError) -> String {
    do {
      if !FileManager.default.fileExists(atPath: keyPath) { try makeSecret() }
      let mode = try FileManager.default.attributesOfItem(atPath: keyPath)[.posixPermissions] as? Int
      guard (mode ?? 0) & 0o077 == 0 else {
        throw StorageError.badKey("\(keyPath) can be read by others; run: chmod 600 \(keyPath)")
      }
      let text = try String(contentsOfFile: keyPath, encoding: .utf8)
      return String(text.prefix { !$0.isNewline })
    } catch let error as StorageError {
      throw error
    } catch {
      throw .unusable(path: keyPath, reason: Self.reason(error))
    }
  }

  /// Writes the secret under a name of its own and then links it: two processes that start at once end up with one
  /// secret, and nobody ever reads half of it.
  private func makeSecret() throws {
    let draft = keyPath + "." + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: draft) }
    guard FileManager.default.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]) else {
      throw StorageError.unusable(path: path, reason: "no file can be made in it")
    }
    try Data((AccessToken.generate().reveal() + "\n").utf8).write(to: URL(filePath: draft))
    do {
      try FileManager.default.linkItem(atPath: draft, toPath: keyPath)
    } catch let error as CocoaError where error.code == .fileWriteFileExists {
      // Another process was faster; its secret is as good.
    }
  }

  /// The system's sentence, without the framework's wrapping where that can be had.
  private static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoPermission, .fileWriteNoPermission: "permission denied"
    case .fileWriteFileExists: "a file of that name is in the way"
    case .fileWriteOutOfSpace: "no space left"
    case .fileWriteVolumeReadOnly: "the file system is read-only"
    default: "\(error)"
    }
  }
}
