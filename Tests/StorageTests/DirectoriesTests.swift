import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct DirectoriesTests {
  @Test func eachChangeIsYielded() async throws {
    try await withStore { store in
      let known = try await store.directory()
      _ = try await store.addUser(named: "alice")
      var directories = store.directories(after: known).makeAsyncIterator()
      #expect(await directories.next()?.user(named: "alice") != nil)
      _ = try await store.addUser(named: "bob")
      #expect(await directories.next()?.user(named: "bob") != nil)
    }
  }

  @Test func aChangeByAnotherProcessIsSeen() async throws {
    try await withFolder { folder in
      let running = try await Store.open(folder: folder, key: makeKey())
      var directories = running.directories(after: try await running.directory()).makeAsyncIterator()
      let command = try await Store.open(folder: folder, key: makeKey())
      let (alice, _) = try await command.addUser(named: "alice")
      #expect(await directories.next()?.users[alice.id] == alice)
    }
  }

  @Test func whatIsNoChangeOfTheDirectoryIsNotYielded() async throws {
    try await withStore { store in
      var directories = store.directories(after: try await store.directory()).makeAsyncIterator()
      #expect(await directories.change() == nil)
      // The conduit is in the same file and in no directory.
      try await store.setConduitID("c", of: "client")
      #expect(await directories.change() == nil)
      _ = try await store.addUser(named: "alice")
      #expect(await directories.change()?.users.count == 1)
      #expect(await directories.change() == nil)
    }
  }

  @Test func theSequenceEndsWithItsTask() async throws {
    try await withStore { store in
      let (started, start) = AsyncStream.makeStream(of: Void.self)
      let known = try await store.directory()
      _ = try await store.addUser(named: "alice")
      let task = Task {
        for await _ in store.directories(after: known) { start.yield() }
      }
      for await _ in started { break }
      task.cancel()
      await task.value
    }
  }
}
