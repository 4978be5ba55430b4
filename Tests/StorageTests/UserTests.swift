import Storage
import Testing

@Suite struct UserTests {
  @Test func theTokenOfANewUserLeadsToThatUser() async throws {
    try await withStore { store in
      let (alice, token) = try await store.addUser(named: "alice")
      _ = try await store.addUser(named: "bob")
      let directory = try await store.directory()
      #expect(directory.user(with: token) == alice)
      #expect(directory.user(with: AccessToken(token.reveal())) == alice)
      #expect(directory.user(with: AccessToken("guess")) == nil)
    }
  }

  @Test(arguments: ["alice", "ALICE", "Alice"])
  func aNameIsTakenWhateverItsCase(name: String) async throws {
    try await withStore { store in
      let (alice, _) = try await store.addUser(named: "aliCe")
      await #expect(throws: StorageError.taken("there is a user '\(name)' already")) {
        try await store.addUser(named: name)
      }
      #expect(try await store.directory().user(named: name) == alice)
    }
  }

  @Test(arguments: ["", "a b", "a:b", "a/b", "tab\t", "line\n", String(repeating: "x", count: 41)])
  func aNameThatACommandCouldNotCarryIsRefused(name: String) async throws {
    try await withStore { store in
      await #expect(throws: StorageError.self) { try await store.addUser(named: name) }
      let users = try await store.directory().users
      #expect(users.isEmpty)
    }
  }

  @Test func aUserMayHoldSeveralTokensUntilTheyAreReset() async throws {
    try await withStore { store in
      let (alice, first) = try await store.addUser(named: "alice")
      let (bob, other) = try await store.addUser(named: "bob")
      let second = try await store.addAccessToken(for: alice.id)
      let both = try await store.directory()
      #expect(both.user(with: first) == alice && both.user(with: second) == alice)

      let third = try await store.resetAccessTokens(for: alice.id)
      let after = try await store.directory()
      #expect(after.user(with: first) == nil && after.user(with: second) == nil)
      #expect(after.user(with: third) == alice)
      #expect(after.user(with: other) == bob)
    }
  }

  @Test func whatIsAUsersGoesWithTheUser() async throws {
    try await withStore { store in
      let (alice, token) = try await store.addUser(named: "alice")
      let (bob, _) = try await store.addUser(named: "bob")
      let account = try await store.linkAccount(makeIdentity(), tokens: makeTokens(), to: alice.id)
      try await store.shareAccount(account.id, with: bob.id)
      let alices = try await store.addStream(named: "Hers", accounts: [account.id], owner: alice.id)
      let bobs = try await store.addStream(named: "His", accounts: [account.id], owner: bob.id)
      try await store.shareStream(bobs.id, with: alice.id, StreamShare(chatLevel: .read))

      try await store.removeUser(alice.id)
      let directory = try await store.directory()
      #expect(directory.user(with: token) == nil)
      #expect(directory.accounts.isEmpty)
      #expect(directory.streams[alices.id] == nil)
      #expect(directory.streams[bobs.id]?.accounts == [])
      #expect(directory.shares(of: bobs.id).isEmpty)
      await #expect(throws: StorageError.notFound("user \(alice.id)")) { try await store.removeUser(alice.id) }
    }
  }

  @Test func anIdIsNeverGivenAgain() async throws {
    try await withStore { store in
      let (first, _) = try await store.addUser(named: "first")
      try await store.removeUser(first.id)
      #expect(try await store.addUser(named: "second").user.id > first.id)
    }
  }

  @Test func aTokenForSomebodyWhoIsGoneIsRefused() async throws {
    try await withStore { store in
      await #expect(throws: StorageError.self) { try await store.addAccessToken(for: UserID(rawValue: 7)) }
    }
  }
}
