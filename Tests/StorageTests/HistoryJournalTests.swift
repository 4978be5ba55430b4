import FoundationEssentials
import Testing

@testable import Storage

/// What outlives a process that is killed before the history is on disk.
@Suite struct HistoryJournalTests {
  private let room = StreamID(rawValue: 7)
  private let channel = AccountID(rawValue: 14)

  private func message(_ number: Int64, _ text: String = "text") -> HistoryEntry {
    HistoryEntry(
      number: number, time: number, kind: .message, account: channel, messageID: "m\(number)",
      author: Author(network: "twitch", id: "9"), payload: Array(text.utf8))
  }

  /// Opens a journal as the next run does; the last one has let go of it when nothing refers to it any more.
  private func open(_ folder: String) throws -> (journal: HistoryJournal, left: HistoryBatch) {
    try #require(try HistoryJournal.open(DataFolder(folder), isMade: true))
  }

  /// Everything that is in the file.
  private func content(_ folder: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder + "/history.journal").resolvingSymlinksInPath())
  }

  private func whatIsLeft(_ folder: String, by add: (HistoryJournal) -> Void) throws -> HistoryBatch {
    try { add(try open(folder).journal) }()
    let (journal, left) = try open(folder)
    journal.depart()
    journal.arrive()
    journal.close()
    return left
  }

  @Test func whatWasAddedIsThereForTheNextRun() async throws {
    try await withFolder { folder in
      let line = SentLine(
        name: .init(sender: "9", run: 5, number: 3), channel: "14", time: 99, messageID: "m1", counts: false)
      let removal = HistoryBatch.PlacedRemoval(.author(Author(network: "twitch", id: "8"), in: channel), before: 3)
      let left = try whatIsLeft(folder) { journal in
        journal.append(message(1), in: room)
        journal.append(seen: [1, .max])
        journal.append(line)
        journal.append(removal, in: room)
        journal.append(message(2), in: room)
      }
      #expect(left.entries == [room: [message(1), message(2)]])
      #expect(left.seenKeys == [1, .max])
      #expect(left.sent == [line.name: line])
      #expect(left.removals == [room: [removal]])
    }
  }

  @Test(arguments: [
    Removal.message("m1", in: AccountID(rawValue: 14)),
    .author(Author(network: "twitch", id: "9"), in: .init(rawValue: 14)),
    .chat(AccountID(rawValue: 14)), .everythingOf(Author(network: "twitch", id: "9")),
  ])
  func whatWasTakenAwayDoesNotComeBack(_ removal: Removal) async throws {
    try await withFolder { folder in
      let left = try whatIsLeft(folder) { journal in
        journal.append(message(1), in: room)
        journal.append(HistoryBatch.PlacedRemoval(removal, before: 2), in: room)
        journal.append(message(3), in: room)
      }
      #expect(left.entries == [room: [message(3)]])
      #expect(left.removals == [room: [HistoryBatch.PlacedRemoval(removal, before: 2)]])
    }
  }

  @Test func whatArrivedOnDiskIsGoneFromTheFileAndWhatCameSinceIsNot() async throws {
    try await withFolder { folder in
      let journal = try open(folder).journal
      journal.append(message(1, "first words"), in: room)
      journal.depart()
      journal.append(message(2, "last words"), in: room)
      #expect(try content(folder).firstRange(of: Data("first words".utf8)) != nil)
      journal.arrive()
      #expect(try content(folder).firstRange(of: Data("first words".utf8)) == nil)
      #expect(journal.recover().entries == [room: [message(2, "last words")]])
      journal.rewrite(HistoryBatch())
      #expect(try content(folder).firstRange(of: Data("words".utf8)) == nil)
      journal.close()
    }
  }

  @Test func whatBelongsTogetherIsThereAltogetherOrNotAtAll() async throws {
    try await withFolder { folder in
      let journal = try open(folder).journal
      journal.together {
        journal.append(seen: [1])
        #expect(journal.recover().isEmpty)
        journal.append(message(1), in: room)
      }
      #expect(journal.recover().seenKeys == [1] && journal.recover().entries == [room: [message(1)]])
      journal.rewrite(HistoryBatch())
      journal.close()
    }
  }

  @Test func manyBatchesPassThroughInOrder() async throws {
    try await withFolder { folder in
      let journal = try open(folder).journal
      let text = String(repeating: "x", count: 1000)
      for round: Int64 in 0..<40 {
        for number in 0..<1500 { journal.append(message(round * 10_000 + Int64(number), text), in: room) }
        journal.depart()
        for number in 1500..<1600 { journal.append(message(round * 10_000 + Int64(number), text), in: room) }
        let numbers = journal.recover().entries[room]?.map(\.number) ?? []
        #expect(numbers == numbers.sorted() && numbers.last == round * 10_000 + 1599)
        journal.arrive()
        #expect(!journal.isBehind && journal.recover().entries[room]?.count == 100)
        journal.depart()
        journal.arrive()
      }
      journal.close()
    }
  }

  @Test func whatThereIsNoRoomForIsMissingUntilItIsWrittenAnew() async throws {
    try await withFolder { folder in
      let journal = try open(folder).journal
      let text = String(repeating: "x", count: 10_000)
      for number: Int64 in 1...1000 { journal.append(message(number, text), in: room) }
      #expect(journal.isBehind)
      let numbers = journal.recover().entries[room]?.map(\.number) ?? []
      #expect(numbers == Array(1...Int64(numbers.count)) && numbers.count > 300)
      var batch = HistoryBatch()
      for entry in [message(999), message(1000)] { batch.append(entry, in: room) }
      batch.seenKeys = Array(1...5000)
      journal.rewrite(batch)
      journal.append(message(1001), in: room)
      #expect(!journal.isBehind && journal.recover().seenKeys == batch.seenKeys)
      #expect(journal.recover().entries == [room: [message(999), message(1000), message(1001)]])
      journal.rewrite(HistoryBatch())
      journal.close()
    }
  }

  @Test func whatComesWhileAllOfItIsOnItsWayIsNotTakenForKept() async throws {
    try await withFolder { folder in
      let journal = try open(folder).journal
      let text = String(repeating: "x", count: 10_000)
      for number: Int64 in 1...370 { journal.append(message(number, text), in: room) }
      #expect(!journal.isBehind)
      journal.depart()
      journal.append(message(371), in: room)
      journal.arrive()
      #expect(journal.isBehind && journal.recover().isEmpty)
      journal.rewrite(HistoryBatch())
      journal.close()
    }
  }

  @Test func onlyOneProcessHasIt() async throws {
    try await withFolder { folder in
      let first = try open(folder).journal
      #expect(try HistoryJournal.open(DataFolder(folder), isMade: true) == nil)
      first.close()
      #expect(!FileManager.default.fileExists(atPath: folder + "/history.journal"))
    }
  }

  @Test func whatHasNotArrivedStaysWhenItIsClosed() async throws {
    try await withFolder { folder in
      let left = try whatIsLeft(folder) { journal in
        journal.append(message(1), in: room)
        journal.close()
      }
      #expect(left.entries == [room: [message(1)]])
    }
  }

  @Test func aFileOfRubbishIsAnEmptyOne() async throws {
    try await withFolder { folder in
      _ = try DataFolder(folder)
      try Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(
        to: URL(filePath: folder + "/history.journal"))
      let (journal, left) = try open(folder)
      #expect(left.isEmpty)
      journal.append(message(1), in: room)
      #expect(journal.recover().entries == [room: [message(1)]])
    }
  }

  @Test func aUserWhoIsRemovedWhileNoGatewayRunsLeavesNothingInIt() async throws {
    try await withFolder { folder in
      let store = try await Store.open(folder: folder, key: makeKey())
      try {
        let journal = try open(folder).journal
        journal.append(message(1, "forget this"), in: room)
        var other = message(2)
        other.author = Author(network: "twitch", id: "10")
        journal.append(other, in: room)
      }()
      try await store.history.erase([Author(network: "twitch", id: "9")])
      #expect(!FileManager.default.fileExists(atPath: folder + "/history.journal"))
      #expect(try await store.history.page(of: room, after: 0).entries.map(\.number) == [2])
    }
  }
}

extension HistoryJournal {
  fileprivate func append(_ entry: HistoryEntry, in stream: StreamID) {
    var batch = HistoryBatch()
    append(batch.append(entry, in: stream), in: stream)
  }
}
