import FoundationEssentials

/// The folder that a gateway keeps everything in, readable by its own user alone.
struct DataFolder {
  private let path: String

  /// Makes the folder, closed to others, unless it is there.
  init(_ path: String) throws(StorageError) {
    self.path = path
    do {
      // One that is there keeps its rights: it may be a mount point that others need to pass.
      var isFolder = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
        guard isFolder else { throw StorageError.unusable(path: path, reason: "it is a file and no folder") }
        return
      }
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch let error as StorageError {
      throw error
    } catch {
      throw .unusable(path: path, reason: Self.reason(error))
    }
  }

  var databasePath: String { path + "/chat-relay.sqlite" }

  var historyPath: String { path + "/history.sqlite" }

  var journalPath: String { path + "/history.journal" }

  private var keyPath: String { path + "/secret.key" }

  /// Makes an empty database file, which SQLite fills, so that no other user may read it or what SQLite puts beside it.
  func prepareDatabase(_ path: String) throws(StorageError) -> String {
    try makeFile(path) { Data() }
    return path
  }

  /// Reads the secret of this folder, and makes one first when there is none.
  func secret() throws(StorageError) -> String {
    try makeFile(keyPath) { Data((AccessToken.generate().reveal() + "\n").utf8) }
    do {
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

  /// Makes a file that its owner alone may read, unless it is there.
  ///
  /// It is written under a name of its own and then linked: of two processes that start at once one makes the file, and
  /// nobody ever sees half of it.
  private func makeFile(_ filePath: String, _ content: () -> Data) throws(StorageError) {
    guard !FileManager.default.fileExists(atPath: filePath) else { return }
    let draft = filePath + "." + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: draft) }
    guard FileManager.default.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]) else {
      throw .unusable(path: path, reason: "no file can be made in it")
    }
    do {
      try content().write(to: URL(filePath: draft))
      try FileManager.default.linkItem(atPath: draft, toPath: filePath)
    } catch let error as CocoaError where error.code == .fileWriteFileExists {
      // Another process was faster; its file is as good.
    } catch {
      throw .unusable(path: filePath, reason: Self.reason(error))
    }
  }

  /// Foundation's codes in words; its own text is a page long.
  private static func reason(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    return switch error.code {
    case .fileReadNoPermission, .fileWriteNoPermission: "permission denied"
    case .fileNoSuchFile, .fileReadNoSuchFile: "no such file or folder"
    case .fileWriteFileExists: "a file of that name is in the way"
    case .fileWriteOutOfSpace: "no space left"
    case .fileWriteVolumeReadOnly: "the file system is read-only"
    case .fileReadUnknown, .fileWriteUnknown: "the system refuses to make or to read it"
    default: "the system refuses (code \(error.code.rawValue))"
    }
  }
}
