import FoundationEssentials
import GRDB
import Testing

@testable import Storage

@Suite struct HistoryStoreTests {
  private let room = StreamID(rawValue: 7)
  private let channel = AccountID(rawValue: 14)

  private func message(
    _ number: Int64, by author: Author = Author(network: "twitch", id: "9"), audience: Set<UserID>? = nil
  ) -> HistoryEntry {
    HistoryEntry(
      number: number, time: number, kind: .message, account: channel, messageID: "m\(number)", author: author,
      audience: audience, payload: Array("text \(number)".utf8))
  }

  private func batch(_ entries: [HistoryEntry]) -> HistoryBatch {
    var batch = HistoryBatch()
    for entry in entries { batch.append(entry, in: room) }
    return batch
  }

  private func numbers(_ history: HistoryStore, after number: Int64) async throws -> [Int64] {
    var (found, place): ([Int64], Int64) = ([], number)
    while true {
      let page = try await history.page(of: room, after: place)
      guard let last = page.entries.last else { return found }
      found += page.entries.map(\.number)
      place = last.number
    }
  }

  /// However much is kept: hundreds who catch up at once share one reader.
  @Test func readingOnBeginsWhereItIsToGoOn() async throws {
    try await withStore { store in
      try await store.history.append(batch([message(1)]))
      let plan = try await store.history.read { database in
        try String.fetchAll(
          database, sql: "EXPLAIN QUERY PLAN " + HistoryStore.following, arguments: ["stream": 7, "number": 0],
          adapter: SuffixRowAdapter(fromIndex: 3))
      }
      #expect(plan.contains { $0.contains("SEARCH segment") && $0.contains("(stream_id=? AND first>?)") }, "\(plan)")
      #expect(!plan.contains { $0.contains("SCAN") }, "\(plan)")
    }
  }

  @Test func whatWasWrittenIsReadInOrderPageByPage() async throws {
    try await withStore { store in
      try await store.history.append(batch((100..<800).map { message($0) }))
      try await store.history.append(batch((800..<810).map { message($0) }))
      #expect(try await numbers(store.history, after: 0) == Array(100..<810))
      #expect(try await numbers(store.history, after: 455) == Array(456..<810))
      #expect(try await store.history.page(of: room, after: 300).entries.first == message(301))
      #expect(try await store.history.page(of: StreamID(rawValue: 8), after: 0).entries == [])
    }
  }

  @Test func aPageSaysWhetherSomethingIsMissingBeforeIt() async throws {
    try await withStore { store in
      try await store.history.append(batch([message(100), message(101)]))
      #expect(try await store.history.page(of: room, after: 98).isComplete == false)
      #expect(try await store.history.page(of: room, after: 99).isComplete)
      #expect(try await store.history.page(of: room, after: 101).isComplete)
      #expect(try await store.history.page(of: StreamID(rawValue: 8), after: 99).isComplete == false)
    }
  }

  @Test func anAttemptThatComesAgainChangesNothing() async throws {
    try await withStore { store in
      try await store.history.append(batch([message(1), message(2)]))
      try await store.history.append(batch([message(1), message(2), message(3)]))
      #expect(try await numbers(store.history, after: 0) == [1, 2, 3])
    }
  }

  @Test func moderationTakesOutWhatCameBefore() async throws {
    let other = Author(network: "twitch", id: "8")
    let cases: [(Removal, [Int64])] = [
      (.message("m2", in: channel), [1, 3, 4, 5]), (.author(other, in: channel), [1, 2, 4, 5]), (.chat(channel), [5]),
      (.chat(AccountID(rawValue: 15)), [1, 2, 3, 4, 5]), (.message("m9", in: channel), [1, 2, 3, 4, 5]),
    ]
    for (removal, kept) in cases {
      try await withStore { store in
        var batch = batch([message(1), message(2), message(3, by: other), message(4)])
        try await store.history.append(batch)
        batch = HistoryBatch()
        batch.append(message(5), in: room)
        batch.removals[room] = [.init(removal, before: 5)]
        try await store.history.append(batch)
        #expect(try await numbers(store.history, after: 0) == kept, "\(removal)")
        #expect(try await store.history.page(of: room, after: 0).isComplete)
      }
    }
  }

  @Test func aUserWhoIsRemovedLeavesNothingInAnyRoom() async throws {
    try await withStore { store in
      let john = try await store.addUser(named: "john").user
      let mary = try await store.addUser(named: "mary").user
      _ = try await store.linkAccount(makeIdentity("1001"), tokens: makeTokens(), to: john.id)
      try await store.history.append(
        batch([
          message(1), message(2, by: Author(network: "twitch", id: "1001")), message(3, by: Author(john.id)),
          message(4, by: Author(mary.id), audience: [john.id, mary.id]), message(5, by: Author(mary.id)),
        ]))
      try await store.removeUser(john.id)
      #expect(try await numbers(store.history, after: 0) == [1, 5])
    }
  }

  @Test func whatIsForgottenIsGoneFromTheFiles() async throws {
    try await withFolder { folder in
      let history = try await Store.open(folder: folder, key: makeKey()).history
      var entries = (1...50).map { message($0) }
      entries[20].author = Author(UserID(rawValue: 1))
      entries[20].payload = Array("something that is nobody's business".utf8)
      try await history.append(batch(entries))
      try await history.erase([Author(UserID(rawValue: 1))])
      for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
        let content = FileManager.default.contents(atPath: folder + "/" + file) ?? Data()
        #expect(content.firstRange(of: Data("nobody's business".utf8)) == nil, "\(file)")
      }
      #expect(try await numbers(history, after: 0).count == 49)
    }
  }

  @Test func whatIsKeptIsSoManyOrSoLongWhicheverIsMore() async throws {
    let now = Int64(Date.now.timeIntervalSince1970 * 1000)
    let later = now + 11 * 60_000
    let cases: [(HistoryRetention, Int64, [Int64])] = [
      (.init(messages: 3, minutes: 10), now, [1, 2, 3, 4, 5, 6]), (.init(messages: 3, minutes: 10), later, [4, 5, 6]),
      (.init(messages: 0, minutes: 0), later, []), (.init(messages: 100, minutes: 0), later, [1, 2, 3, 4, 5, 6]),
      (.init(messages: 0, minutes: 60), later, [1, 2, 3, 4, 5, 6]),
    ]
    for (retention, now, kept) in cases {
      try await withStore { store in
        for number: Int64 in 1...6 { try await store.history.append(batch([message(number)])) }
        try await store.history.trim(to: retention, streams: [room], seenFor: 60_000, sentFor: 60_000, now: now)
        #expect(try await numbers(store.history, after: 0) == kept, "\(retention)")
      }
    }
  }

  @Test func roomsThatAreGoneAreForgotten() async throws {
    try await withStore { store in
      try await store.history.append(batch([message(1)]))
      try await store.history.trim(to: .init(), streams: [], seenFor: 60_000, sentFor: 60_000, now: 0)
      #expect(try await store.history.past(of: 60_000).heads == [:])
    }
  }

  @Test func theNextRunLearnsWhereTheLastOneEnded() async throws {
    try await withFolder { folder in
      let deletion = HistoryEntry(number: 3, time: 3, kind: .moderation, account: channel, messageID: "m1", payload: [])
      var batch = batch([message(1), message(2), deletion])
      batch.seenKeys = [1, .max, 0x0102_0304_0506_0708]
      try await Store.open(folder: folder, key: makeKey()).history.append(batch)
      let history = try await Store.open(folder: folder, key: makeKey()).history
      let past = try await history.past(of: 60_000)
      #expect(past.heads == [room: 3])
      #expect(past.moderation == [room: [deletion]])
      #expect(past.seenKeys == batch.seenKeys)
      #expect(past.latest == [message(1), message(2)])
      let now = Int64(Date.now.timeIntervalSince1970 * 1000)
      try await history.trim(to: .init(), streams: [room], seenFor: -60_000, sentFor: 60_000, now: now)
      #expect(try await history.past(of: 60_000).seenKeys == [])
    }
  }

  @Test func theLastMessagesAreThoseThatTheUserMaySee() async throws {
    try await withStore { store in
      let (john, mary) = (UserID(rawValue: 1), UserID(rawValue: 2))
      try await store.history.append(
        batch([message(1), message(2), message(3, audience: [mary]), message(4), message(5)]))
      let history = store.history
      #expect(try await history.placeBefore(last: 2, of: room, for: john, before: 5) == 1)
      #expect(try await history.placeBefore(last: 2, of: room, for: mary, before: 5) == 2)
      #expect(try await history.placeBefore(last: 9, of: room, for: john, before: 6) == 0)
      #expect(try await history.placeBefore(last: 9, of: room, for: john, before: 1) == nil)
    }
  }

  @Test func aDamagedHistoryIsPutAsideAndBegunAnew() async throws {
    try await withFolder { folder in
      let path = try DataFolder(folder).historyPath
      try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: path))
      let history = try await Store.open(folder: folder, key: makeKey()).history
      await #expect(throws: StorageError.corrupt(path: path)) { try await history.past(of: 60_000) }
      try await history.append(batch([message(1)]))
      #expect(try await numbers(history, after: 0) == [1])
      let damaged = try #require(await history.damaged)
      #expect(FileManager.default.contents(atPath: damaged)?.count == 8192)
    }
  }

  @Test func aDamagedEntryIsNoticed() async throws {
    try await withFolder { folder in
      let history = try await Store.open(folder: folder, key: makeKey()).history
      try await history.append(batch([message(1)]))
      try await history.write { try $0.execute(sql: "UPDATE segment SET entries = x'00'") }
      await #expect(throws: StorageError.self) { try await history.page(of: room, after: 0) }
      #expect(try await history.page(of: room, after: 0).entries == [])
    }
  }
}
