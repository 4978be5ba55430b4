import FoundationEssentials
import GRDB
import Storage
import Testing

@Suite struct AccountTests {
  @Test func tokensComeBackAsTheyWereSaved() async throws {
    try await withStore { store in
      let owner = try await store.addUser(named: "alice").user.id
      let account = try await store.linkAccount(makeIdentity(), tokens: makeTokens(), to: owner)
      #expect(try await store.tokens(of: account.id) == makeTokens())
      let expiry = Date(timeIntervalSince1970: 1_800_000_000)
      let next = NetworkTokens(accessToken: "next", refreshToken: nil, scopes: [], expiresAt: expiry)
      try await store.saveTokens(next, of: account)
      #expect(try await store.tokens(of: account.id) == next)
    }
  }

  @Test func noTokenIsReadableInTheFiles() async throws {
    try await withFolder { folder in
      let store = try await Store.open(folder: folder, key: makeKey())
      let (alice, token) = try await store.addUser(named: "alice")
      _ = try await store.linkAccount(makeIdentity(), tokens: makeTokens(), to: alice.id)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      let bytes = try files.map { try Data(contentsOf: URL(filePath: folder + "/" + $0)) }.reduce(Data(), +)
      // What must be found shows that the search would find the rest.
      #expect(bytes.firstRange(of: Data("Streamer".utf8)) != nil)
      for secret in ["access-token-in-clear", "refresh-token-in-clear", token.reveal()] {
        #expect(bytes.firstRange(of: Data(secret.utf8)) == nil)
      }
    }
  }

  @Test func sealedTokensOpenOnlyForTheirAccount() async throws {
    try await withFolder { folder in
      let store = try await Store.open(folder: folder, key: makeKey())
      let owner = try await store.addUser(named: "alice").user.id
      let one = try await store.linkAccount(makeIdentity("1"), tokens: makeTokens("one"), to: owner)
      let two = try await store.linkAccount(makeIdentity("2"), tokens: makeTokens("two"), to: owner)
      try await DatabaseQueue(path: folder + "/chat-relay.sqlite").write { database in
        let paste = "UPDATE account SET sealed_tokens = (SELECT sealed_tokens FROM account WHERE id = ?) WHERE id = ?"
        try database.execute(sql: paste, arguments: [one.id.rawValue, two.id.rawValue])
      }
      #expect(try await store.tokens(of: one.id).accessToken == "one")
      await #expect(throws: StorageError.wrongKey) { try await store.tokens(of: two.id) }
    }
  }

  @Test func linkingAgainRevivesTheAccountUnderItsId() async throws {
    try await withStore { store in
      let owner = try await store.addUser(named: "alice").user.id
      let account = try await store.linkAccount(makeIdentity(), tokens: makeTokens(), to: owner)
      try await store.setState(.relinkNeeded, of: account)
      #expect(try await store.directory().accounts[account.id]?.state == .relinkNeeded)

      let again = try await store.linkAccount(makeIdentity(name: "Renamed"), tokens: makeTokens("new"), to: owner)
      #expect(again.id == account.id)
      let next = try await store.linkAccount(makeIdentity("1002"), tokens: makeTokens(), to: owner)
      #expect(next.id.rawValue == account.id.rawValue + 1)
      #expect(again.state == .usable)
      #expect(again.name == "Renamed")
      #expect(again.linkedAt > account.linkedAt)
      #expect(try await store.tokens(of: account.id).accessToken == "new")

      // Whoever still holds the tokens from before the second link says nothing about those from after it.
      try await store.setState(.relinkNeeded, of: account)
      #expect(try await store.directory().accounts[account.id]?.state == .usable)
      await #expect(throws: StorageError.self) { try await store.saveTokens(makeTokens("late"), of: account) }
      #expect(try await store.tokens(of: account.id).accessToken == "new")
      try await store.saveTokens(makeTokens("next"), of: again)
      #expect(try await store.tokens(of: account.id).accessToken == "next")
    }
  }

  @Test func anAccountHasOneOwner() async throws {
    try await withStore { store in
      let alice = try await store.addUser(named: "alice").user.id
      let bob = try await store.addUser(named: "bob").user.id
      let account = try await store.linkAccount(makeIdentity(), tokens: makeTokens(), to: alice)
      await #expect(throws: StorageError.self) {
        try await store.linkAccount(makeIdentity(), tokens: makeTokens("bob's"), to: bob)
      }
      let directory = try await store.directory()
      #expect(directory.account(networkUserID: "1001") == account)
      #expect(try await store.tokens(of: account.id) == makeTokens())
    }
  }

  @Test func aSharedAccountIsUsableUntilItIsTakenBack() async throws {
    try await withStore { store in
      let alice = try await store.addUser(named: "alice").user.id
      let bob = try await store.addUser(named: "bob").user.id
      let account = try await store.linkAccount(makeIdentity(), tokens: makeTokens(), to: alice)
      #expect(try await store.directory().accounts(usableBy: bob).isEmpty)

      try await store.shareAccount(account.id, with: bob)
      try await store.shareAccount(account.id, with: bob)
      let shared = try await store.directory()
      #expect(shared.accounts(usableBy: bob) == [account] && shared.accounts(usableBy: alice) == [account])
      #expect(shared.users(sharing: account.id).map(\.id) == [bob])

      let stream = try await store.addStream(named: "Bob's", accounts: [account.id], owner: bob)
      try await store.unshareAccount(account.id, from: bob)
      let unshared = try await store.directory()
      #expect(unshared.accounts(usableBy: bob).isEmpty)
      #expect(unshared.accounts(of: stream.id).isEmpty)
    }
  }

  @Test func aRemovedAccountLeavesItsStreams() async throws {
    try await withStore { store in
      let owner = try await store.addUser(named: "alice").user.id
      let one = try await store.linkAccount(makeIdentity("1"), tokens: makeTokens(), to: owner)
      let two = try await store.linkAccount(makeIdentity("2"), tokens: makeTokens(), to: owner)
      let stream = try await store.addStream(named: "S", accounts: [one.id, two.id], owner: owner)
      try await store.removeAccount(one.id)
      #expect(try await store.directory().accounts(of: stream.id) == [two])
    }
  }
}
