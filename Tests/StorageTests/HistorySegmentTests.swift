import Testing

@testable import Storage

@Suite struct HistorySegmentTests {
  private let entries = [
    HistoryEntry(number: 1_763_700_000_000_000, time: -1, kind: .gap, payload: Array("{}".utf8)),
    HistoryEntry(
      number: .max, time: 1_763_700_000_000, kind: .message, account: AccountID(rawValue: 14), messageID: "ä-1",
      author: Author(network: "twitch", id: "9"), payload: Array(repeating: 0x7B, count: 300)),
    HistoryEntry(
      number: 3, time: 0, kind: .moderation, author: Author(UserID(rawValue: 2)),
      audience: [UserID(rawValue: 1), UserID(rawValue: 2)], payload: []),
    HistoryEntry(number: 0, time: 0, kind: .message, audience: [], payload: []),
  ]

  @Test func whatWasEncodedIsDecoded() throws {
    #expect(try HistorySegment.decode(HistorySegment(entries).bytes) == entries)
    #expect(try HistorySegment.decode(HistorySegment([]).bytes) == [])
  }

  @Test func aSegmentKnowsWhatIsInIt() throws {
    var segment = HistorySegment(entries[2...])
    #expect(segment.first == 0 && segment.last == 3 && segment.count == 2)
    segment.append(HistorySegment(entries[..<2]))
    #expect(segment.entries == Array(entries[2...] + entries[..<2]))
    #expect(segment.last == .max && segment.count == 4)
    #expect(segment.messages == 2 && segment.moderation == 1 && segment.limited == 2)
  }

  @Test func whatIsToBeForgottenIsGoneFromASegment() throws {
    let segment = HistorySegment(entries)
    let removal = HistoryBatch.PlacedRemoval(.message("ä-1", in: AccountID(rawValue: 14)), before: .max)
    #expect(segment.without(removal)?.entries == entries)
    let erasure = HistoryBatch.PlacedRemoval(.everythingOf(Author(UserID(rawValue: 2))), before: .max)
    let rest = try #require(segment.without(erasure))
    #expect(rest.entries == [entries[0], entries[1], entries[3]])
    #expect(rest.messages == 2 && rest.moderation == 0 && rest.limited == 1 && rest.bytes.count < segment.bytes.count)
    #expect(HistorySegment(entries[2...2]).without(erasure) == nil)
  }

  @Test func aBatchJoinsWhatWaitsIntoRows() {
    let room = StreamID(rawValue: 7)
    func batch(_ numbers: ClosedRange<Int64>) -> HistoryBatch {
      var batch = HistoryBatch()
      for number in numbers {
        batch.append(HistoryEntry(number: number, time: 0, kind: .message, payload: []), in: room)
      }
      return batch
    }
    let joined = batch(1...300).followed(by: batch(301...500)).followed(by: batch(501...520))
    #expect(joined.entries[room]?.map(\.number) == Array(1...520))
    #expect(joined.segments[room]?.map(\.count) == [256, 244, 20] && joined.count == 520)
    #expect(joined.lastNumbers == [room: 520])
  }

  @Test func everyCutIsDamageOrFewerEntries() throws {
    let bytes = HistorySegment(entries).bytes
    for count in 0..<bytes.count {
      guard let found = try? HistorySegment.decode(Array(bytes.prefix(count))) else { continue }
      #expect(found == Array(entries.prefix(found.count)))
      #expect(found.count < entries.count)
    }
  }

  @Test(
    arguments: [
      [], [2], [1, 0x80], [1] + Array(repeating: 0xFF, count: 11), [1, 0, 0, 9, 0, 0, 0, 0, 0, 0],
      [1, 0, 0, 0, 0, 1, 0xFF, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
    ] as [[UInt8]])
  func whatNobodyEncodedIsDamage(_ bytes: [UInt8]) {
    #expect(throws: HistorySegment.Damage.self) { try HistorySegment.decode(bytes) }
  }
}
