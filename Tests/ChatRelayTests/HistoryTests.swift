import Storage
import Testing
import Twitch
import WebSockets

@testable import ChatRelay

@Suite struct HistoryTests {
  private let channel = AccountID(rawValue: 14)

  private func history(after last: Int64? = nil, moderation: [HistoryEntry] = [], now: Int64 = 1000) -> History {
    History(after: last, moderation: moderation, now: now) {
      HistoryEntry(number: $0, time: 0, kind: .gap, payload: [])
    }
  }

  private func message(_ number: Int64, _ id: String? = nil, time: Int64 = 0, by author: String = "9") -> HistoryEntry {
    HistoryEntry(
      number: number, time: time, kind: .message, account: channel, messageID: id ?? "m\(number)",
      author: Author(network: "twitch", id: author), payload: Array("{}".utf8))
  }

  private func deletion(_ number: Int64, of id: String, time: Int64 = 0) -> HistoryEntry {
    HistoryEntry(number: number, time: time, kind: .moderation, account: channel, messageID: id, payload: [])
  }

  /// What a room does with an act of moderation.
  private func take(_ entry: HistoryEntry, _ history: inout History) {
    if let removal = entry.removal { history.remove(removal, before: entry.number, at: entry.time) }
    history.append(entry)
  }

  private func numbers(_ next: History.Next) -> [Int64]? {
    if case .entries(let entries) = next { entries.map(\.number) } else { nil }
  }

  private func isStored(_ next: History.Next) -> Bool {
    if case .stored = next { true } else { false }
  }

  private func isEnd(_ next: History.Next) -> Bool {
    if case .end = next { true } else { false }
  }

  @Test func numbersAreNeverGivenTwiceWhateverTheClockDoes() {
    #expect(history(now: 1000).head == 1_000_000)
    #expect(history(after: 5_000_000, now: 1000).head > 6_000_000)
    #expect(history(after: 5, now: 1000).head >= 1_000_005)
  }

  @Test func aRunThatLeftNothingOnDiskIsToldFromTheNextByAClockThatIsBehind() {
    // The second run gives a client these numbers, and ends with the machine.
    var second = history(after: 5_000_000_000, now: 1000)
    let cursors = (1...100).map { _ in second.nextNumber() }
    for now in [1001, 2000, 900_000] as [Int64] {
      #expect(history(after: 5_000_000_000, now: now).tailStart > cursors[99])
    }
  }

  @Test func whereAGapIsCanBeLookedUp() {
    var history = history()
    history.append(message(history.nextNumber()))
    history.append(HistoryEntry(number: history.nextNumber(), time: 0, kind: .gap, payload: []))
    let first = history.tailStart + 1
    #expect((first - 1...first + 3).map { history.isGap(at: $0) } == [false, true, false, true, false])
  }

  @Test func aRunBeginsWithAGap() {
    var history = history()
    history.append(message(history.nextNumber()))
    guard case .entries(let entries) = history.next(after: 999_999) else { return #expect(Bool(false)) }
    #expect(entries.map(\.kind) == [.gap, .message])
    #expect(isStored(history.next(after: 999_998)))
    #expect(isEnd(history.next(after: history.head)))
  }

  @Test func onlyWhatIsOnDiskLeavesMemory() {
    var history = history()
    for _ in 0..<600 { history.append(message(history.nextNumber())) }
    #expect(history.tail.count == 601)
    history.settle(through: 1_000_300)
    #expect(history.tailStart == 1_000_300)
    history.settle(through: 1_000_600)
    #expect(history.tail.count == History.tailLength)
    #expect(isStored(history.next(after: 1_000_300)))
    #expect(numbers(history.next(after: 1_000_590)) == Array(1_000_591...1_000_600))
  }

  @Test func whoKeepsLittleHasLittleAtHand() {
    var history = History(retention: HistoryRetention(messages: 3, minutes: 0), now: 1) { number in
      HistoryEntry(number: number, time: 0, kind: .gap, payload: [])
    }
    for _ in 0..<10 { history.append(message(history.nextNumber())) }
    history.settle(through: history.head)
    #expect(history.tail.count == 3)
  }

  @Test func aBatchHasALimit() {
    var history = history()
    for _ in 0..<3 {
      var entry = message(history.nextNumber())
      entry.payload = Array(repeating: 0, count: History.batchSize - 1)
      history.append(entry)
    }
    #expect(numbers(history.next(after: 1_000_000)) == [1_000_001])
  }

  @Test func whatModeratorsTakeAwayIsGoneAndTheirActStays() {
    var history = history()
    for number in 1...3 { history.append(message(history.nextNumber(), "m\(number)")) }
    take(deletion(history.nextNumber(), of: "m2"), &history)
    #expect(numbers(history.next(after: 1_000_000)) == [1_000_001, 1_000_003, 1_000_004])
    #expect(history.hasForgotten(message(1_000_002, "m2")))
    #expect(!history.hasForgotten(message(1_000_003, "m3")))
  }

  @Test func aDeletionThatComesFirstCounts() {
    var history = history()
    take(deletion(history.nextNumber(), of: "late"), &history)
    #expect(history.wasRemoved(message(history.nextNumber(), "late")))
    #expect(!history.wasRemoved(message(history.nextNumber(), "other")))
  }

  @Test func aDeletionOfTheLastRunCounts() {
    let history = history(after: 10, moderation: [deletion(3, of: "late")])
    #expect(history.wasRemoved(message(12, "late")))
  }

  @Test func aBanCountsForWhatWasSaidBeforeIt() {
    var history = history()
    var ban = deletion(history.nextNumber(), of: "", time: 500)
    ban.author = Author(network: "twitch", id: "9")
    take(ban, &history)
    #expect(history.wasRemoved(message(history.nextNumber(), time: 499)))
    #expect(!history.wasRemoved(message(history.nextNumber(), time: 501)))
    #expect(!history.wasRemoved(message(history.nextNumber(), time: 499, by: "8")))
  }

  @Test func actsOfModerationAreForgottenAfterTenMinutes() {
    var history = history()
    take(deletion(history.nextNumber(), of: "late", time: 1000), &history)
    history.append(message(history.nextNumber(), time: 1000 + History.memory))
    history.forgetOldRemovals()
    #expect(history.wasRemoved(message(history.nextNumber(), "late")))
    history.append(message(history.nextNumber(), time: 1001 + History.memory))
    history.forgetOldRemovals()
    #expect(!history.wasRemoved(message(history.nextNumber(), "late")))
  }

  /// Gaps and the internal chat have our clock's time, which may be ahead of the network's.
  @Test func ourOwnClockForgetsNoModeration() {
    var history = history()
    take(deletion(history.nextNumber(), of: "late", time: 1000), &history)
    history.append(HistoryEntry(number: history.nextNumber(), time: 9_000_000, kind: .gap, payload: []))
    history.append(
      HistoryEntry(number: history.nextNumber(), time: 9_000_000, kind: .message, account: .internalChat, payload: []))
    history.remove(.everythingOf(Author(network: "twitch", id: "8")), before: history.nextNumber(), at: nil)
    history.forgetOldRemovals()
    #expect(history.wasRemoved(message(history.nextNumber(), "late")))
  }

  @Test func whoIsForgottenMaySpeakAgain() {
    var history = history()
    history.append(message(history.nextNumber(), time: 500))
    history.remove(.everythingOf(Author(network: "twitch", id: "9")), before: history.nextNumber(), at: nil)
    #expect(history.wasRemoved(message(history.nextNumber(), time: 499)))
    #expect(!history.wasRemoved(message(history.nextNumber(), time: 501)))
  }

  @Test func theLastMessagesAreThoseThatTheUserMaySee() {
    let (john, mary) = (UserID(rawValue: 1), UserID(rawValue: 2))
    var history = history()
    for number: Int64 in 1...4 {
      var entry = message(history.nextNumber())
      if number == 3 { entry.audience = [mary] }
      history.append(entry)
    }
    #expect(history.placeBefore(last: 2, for: john) == (1_000_001, 2))
    #expect(history.placeBefore(last: 2, for: mary) == (1_000_002, 2))
    #expect(history.placeBefore(last: 9, for: john) == (1_000_000, 3))
  }
}

@Suite struct CursorTests {
  @Test func whatIsGivenOutIsUnderstood() {
    let cursor = Cursor(StreamID(rawValue: 21), 1_763_700_000_000_001)
    #expect(Cursor(cursor.text) == cursor)
  }

  @Test(arguments: [
    "", "-", "21", "21-", "-5", "21-x", "21-5-", "+21-5", "21-+5", "021-5", "21-05", "0-5", "21--5",
    "21-99999999999999999999", "２１-5",
  ])
  func whatWasNeverGivenOutIsNot(_ text: String) {
    #expect(Cursor(text) == nil)
  }
}

@Suite struct ResumptionQueryTests {
  @Test func sinceCountsMoreThanHistory() throws {
    #expect(try Resumption(Query(form: "since=7-5&history=3")) == .since(Cursor(StreamID(rawValue: 7), 5)))
    #expect(try Resumption(Query(form: "history=3")) == .latest(3))
    #expect(try Resumption(Query(form: "history=9999")) == .latest(200))
    #expect(try Resumption(Query(form: "history=0")) == .live)
    #expect(try Resumption(Query(form: "token=x")) == .live)
    #expect(try Resumption(Query(form: "since=rubbish")) == .lost)
  }

  @Test(arguments: ["history=", "history=-1", "history=many", "history=1.5"])
  func aWrongNumberIsNamed(_ query: String) {
    #expect(throws: RequestError(.invalidKey, "history is a number from 0 to 200.")) {
      try Resumption(Query(form: query))
    }
  }
}
