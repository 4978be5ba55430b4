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
    #expect(try HistorySegment.decode(HistorySegment.encode(entries)) == entries)
    #expect(try HistorySegment.decode(HistorySegment.encode([])) == [])
  }

  @Test func everyCutIsDamageOrFewerEntries() throws {
    let bytes = HistorySegment.encode(entries)
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
