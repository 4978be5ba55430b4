import Storage
import Testing

@Suite(.timeLimit(.minutes(1))) struct DirectoriesTests {
  @Test func theFirstDirectoryComesAtOnceAndTheNextWithTheChange() async throws {
    try await withStore { store in
      _ = try await store.addUser(named: "alice")
      var directories = store.directories().makeAsyncIterator()
      #expect(await directories.next()?.user(named: "alice") != nil)
      _ = try await store.addUser(named: "bob")
      #expect(await directories.next()?.user(named: "bob") != nil)
    }
  }

  @Test func aChangeByAnotherProcessIsSeen() async throws {
    try await withFolder { folder in
      let running = try await Store.open(folder: folder, key: makeKey())
      var directories = running.directories().makeAsyncIterator()
      #expect(await directories.next()?.users.isEmpty == true)
      let command = try await Store.open(folder: folder, key: makeKey())
      let (alice, _) = try await command.addUser(named: "alice")
      #expect(await directories.next()?.users[alice.id] == alice)
    }
  }

  @Test func whatIsNoChangeOfTheDirectoryIsNotYielded() async throws {
    try await withStore { store in
      var directories = store.directories().makeAsyncIterator()
      _ = await directories.next()
      // The conduit is in the same file and in no directory: the next one is the user's.
      try await store.setConduitID("c", of: "client")
      async let next = directories.next()
      _ = try await store.addUser(named: "alice")
      #expect(await next?.users.count == 1)
    }
  }

  @Test func theSequenceEndsWithItsTask() async throws {
    try await withStore { store in
      let (started, start) = AsyncStream.makeStream(of: Void.self)
      let task = Task {
        for await _ in store.directories() { start.yield() }
      }
      for await _ in started { break }
      task.cancel()
      await task.value
    }
  }
}
