import Storage
import Testing

@Suite struct StreamTests {
  @Test(arguments: [
    ("Morning Show", "morning-show"), ("a  --  b", "a-b"), ("Café 24/7", "café-24-7"), ("already-one", "already-one"),
    ("What?!", "what-"), ("日本語", "日本語"),
  ])
  func aSlugIsTheNameInLowerCaseWithEveryRunOfOtherCharactersMadeOne(name: String, slug: String) {
    #expect(Stream.slug(of: name) == slug)
  }

  @Test func twoStreamsOfOneUserCannotShareASlug() async throws {
    try await withStore { store in
      let alice = try await store.addUser(named: "alice").user.id
      let bob = try await store.addUser(named: "bob").user.id
      _ = try await store.addStream(named: "My Show", accounts: [], owner: alice)
      await #expect(throws: StorageError.self) {
        try await store.addStream(named: "my - show", accounts: [], owner: alice)
      }
      #expect(try await store.addStream(named: "My Show", accounts: [], owner: bob).slug == "my-show")
    }
  }

  @Test(arguments: ["", " ", "two\nlines", String(repeating: "x", count: 101)])
  func aNameThatNobodyCouldReadIsRefused(name: String) async throws {
    try await withStore { store in
      let owner = try await store.addUser(named: "alice").user.id
      await #expect(throws: StorageError.self) { try await store.addStream(named: name, accounts: [], owner: owner) }
    }
  }

  @Test func accountsKeepTheOwnersOrder() async throws {
    try await withStore { store in
      let owner = try await store.addUser(named: "alice").user.id
      var ids: [AccountID] = []
      for number in 1...3 {
        let account = try await store.linkAccount(makeIdentity("\(number)"), tokens: makeTokens(), to: owner)
        ids.append(account.id)
      }
      let order = [ids[2], ids[0], ids[1]]
      let stream = try await store.addStream(named: "S", accounts: order + [ids[0]], owner: owner)
      #expect(stream.accounts == order)
      let directory = try await store.directory()
      #expect(directory.streams[stream.id] == stream)
      #expect(directory.accounts(of: stream.id).map(\.id) == order)
      #expect(directory.streams(carrying: ids[1]).map(\.id) == [stream.id])
      #expect(try await store.setAccounts([ids[1]], of: stream.id).accounts == [ids[1]])
    }
  }

  @Test func somebodyElsesAccountCannotBeCarried() async throws {
    try await withStore { store in
      let alice = try await store.addUser(named: "alice").user.id
      let bob = try await store.addUser(named: "bob").user.id
      let account = try await store.linkAccount(makeIdentity(), tokens: makeTokens(), to: alice)
      let unknown = AccountID(rawValue: 99)
      for id in [account.id, unknown] {
        await #expect(throws: StorageError.notFound("account \(id) that this user may use")) {
          try await store.addStream(named: "S", accounts: [id], owner: bob)
        }
      }
      #expect(try await store.directory().streams.isEmpty)
    }
  }

  @Test func levelsAreTheOwnersToGiveAndToTake() async throws {
    try await withStore { store in
      let alice = try await store.addUser(named: "alice").user.id
      let bob = try await store.addUser(named: "bob").user.id
      let stream = try await store.addStream(named: "S", accounts: [], owner: alice).id
      let before = try await store.directory()
      #expect(before.chatLevel(of: alice, in: stream) == .write)
      #expect(before.chatLevel(of: bob, in: stream) == .none)

      try await store.shareStream(stream, with: bob, StreamShare(chatLevel: .read))
      #expect(try await store.directory().chatLevel(of: bob, in: stream) == .read)
      try await store.shareStream(stream, with: bob, StreamShare(chatLevel: .write, metadataLevel: .see))
      let shared = try await store.directory()
      #expect(shared.shares(of: stream)[bob] == StreamShare(chatLevel: .write, metadataLevel: .see))

      try await store.shareStream(stream, with: bob, StreamShare())
      #expect(try await store.directory().shares(of: stream).isEmpty)
      await #expect(throws: StorageError.self) {
        try await store.shareStream(stream, with: alice, StreamShare(chatLevel: .read))
      }
    }
  }

  @Test func settingsAreKept() async throws {
    try await withStore { store in
      let owner = try await store.addUser(named: "alice").user.id
      let stream = try await store.addStream(named: "S", accounts: [], owner: owner)
      #expect(!stream.chatWhenOffline)
      #expect(try await store.setChatWhenOffline(true, of: stream.id).chatWhenOffline)
      try await store.removeStream(stream.id)
      await #expect(throws: StorageError.notFound("stream \(stream.id)")) {
        try await store.setChatWhenOffline(false, of: stream.id)
      }
    }
  }
}
