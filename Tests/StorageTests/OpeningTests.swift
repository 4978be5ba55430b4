import FoundationEssentials
import GRDB
import Testing

@testable import Storage

@Suite struct OpeningTests {
  @Test func theFolderAndItsKeyAreTheOwnersAlone() async throws {
    try await withFolder { folder in
      _ = try await Store.open(folder: folder, key: SealingKey.load(environmentValue: nil, folder: folder))
      #expect(try mode(of: folder) == 0o700)
      for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
        #expect(try mode(of: folder + "/" + file) == 0o600, "\(file)")
      }
    }
  }

  @Test func theKeyFileIsReadAgain() async throws {
    try await withFolder { folder in
      let store = try await Store.open(folder: folder, key: SealingKey.load(environmentValue: "", folder: folder))
      let secret = try await store.webhookSecret()
      let again = try await Store.open(folder: folder, key: SealingKey.load(environmentValue: nil, folder: folder))
      #expect(try await again.webhookSecret() == secret)
      #expect(secret.utf8.count == 64)
    }
  }

  @Test func aKeyThatOthersCanReadIsRefused() async throws {
    try await withFolder { folder in
      _ = try SealingKey.load(environmentValue: nil, folder: folder)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder + "/secret.key")
      let error = #expect(throws: StorageError.self) { try SealingKey.load(environmentValue: nil, folder: folder) }
      #expect(error?.description.contains("chmod 600") == true)
    }
  }

  @Test func aShortKeyIsRefusedWithAnExampleOfALongOne() {
    let error = #expect(throws: StorageError.self) { try SealingKey("hunter2") }
    #expect(error?.description.contains("openssl rand -hex 32") == true)
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test func anotherKeyIsNoticedWhenOpening() async throws {
    try await withFolder { folder in
      _ = try await Store.open(folder: folder, key: makeKey("a"))
      await #expect(throws: StorageError.wrongKey) { try await Store.open(folder: folder, key: makeKey("b")) }
    }
  }

  @Test func aFileThatIsNoDatabaseIsNamed() async throws {
    try await withFolder { folder in
      let path = try DataFolder(folder).databasePath
      try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: path))
      await #expect(throws: StorageError.corrupt(path: path)) { try await Store.open(folder: folder, key: makeKey()) }
    }
  }

  @Test func aNewerSchemaIsLeftAlone() async throws {
    try await withFolder { folder in
      _ = try await Store.open(folder: folder, key: makeKey())
      let path = try DataFolder(folder).databasePath
      try await DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
      await #expect(throws: StorageError.newerSchema(path: path)) {
        try await Store.open(folder: folder, key: makeKey())
      }
    }
  }

  @Test func aFileInTheFoldersPlaceIsNamed() async throws {
    try await withFolder { folder in
      try Data().write(to: URL(filePath: folder))
      await #expect(throws: StorageError.unusable(path: folder, reason: "it is a file and no folder")) {
        try await Store.open(folder: folder, key: makeKey())
      }
    }
  }

  @Test func manyProcessesMayStartAtOnce() async throws {
    try await withFolder { folder in
      try await withThrowingTaskGroup { group in
        for number in 0..<8 {
          group.addTask {
            let key = try SealingKey.load(environmentValue: nil, folder: folder)
            _ = try await Store.open(folder: folder, key: key).addUser(named: "user\(number)")
          }
        }
        try await group.waitForAll()
      }
      let key = try SealingKey.load(environmentValue: nil, folder: folder)
      #expect(try await Store.open(folder: folder, key: key).directory().users.count == 8)
    }
  }

  @Test(arguments: [
    (ResultCode.SQLITE_BUSY, StorageError.locked(path: "p")), (.SQLITE_CORRUPT, .corrupt(path: "p")),
    (.SQLITE_FULL, .full(path: "p")), (.SQLITE_CANTOPEN, .unusable(path: "p", reason: "m")),
    (.SQLITE_MISUSE, .failed("m")),
  ])
  func whatSQLiteReportsIsSaidInOurWords(code: ResultCode, error: StorageError) {
    #expect(StorageError(DatabaseError(resultCode: code, message: "m"), path: "p") == error)
  }

  @Test func aConduitIsRememberedPerApplication() async throws {
    try await withStore { store in
      try await store.setConduitID("one", of: "client-1")
      try await store.setConduitID("two", of: "client-2")
      try await store.setConduitID("three", of: "client-1")
      #expect(try await store.conduitID(of: "client-1") == "three")
      #expect(try await store.conduitID(of: "client-2") == "two")
    }
  }

  private func mode(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}
