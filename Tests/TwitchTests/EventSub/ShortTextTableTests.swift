import Testing

@testable import Twitch

@Suite struct ShortTextTableTests {
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz012345")

  /// Each begins like the next longer one.
  private let texts = (1...32).map { String(alphabet.prefix($0)) }

  @Test func everyTextIsFound() {
    let table = ShortTextTable(texts) { $0 }
    for text in texts { #expect(table[text.utf8Span.span] == text) }
  }

  @Test func aTextThatDiffersByOneByteIsNotFound() {
    let table = ShortTextTable(texts) { $0 }
    for text in texts {
      for place in 0..<text.utf8.count {
        var other = Array(text.utf8)
        other[place] = UInt8(ascii: "_")
        #expect(table[other.span] == nil)
      }
    }
  }

  @Test(arguments: ["", "abcdefghijklmnopqrstuvwxyz0123456", "b"]) func anotherTextIsNotFound(text: String) {
    #expect(ShortTextTable(texts) { $0 }[text.utf8Span.span] == nil)
  }

  @Test func textsWithTheSameHashAreToldApart() throws {
    // Of 128 some share a slot.
    let texts = (0..<128).map { "key_\($0)" }
    let hashes = texts.compactMap { ShortText($0.utf8Span.span)?.hash }
    try #require(Set(hashes).count < hashes.count)
    let table = ShortTextTable(texts) { $0 }
    for text in texts { #expect(table[text.utf8Span.span] == text) }
  }
}
