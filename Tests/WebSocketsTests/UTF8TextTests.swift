import Testing

@testable import WebSockets

@Suite struct UTF8TextTests {
  private static let samples = [
    "", "a", "fifteen letters", "sixteen letters.", "é", "日本語", "👩‍🚀", "an ID of thirty-six letters and more",
    "einundzwanzig Zeichen ü",
    "ümlaut at the beginning of a longer text",
  ]

  @Test(arguments: samples) func aPartIsTheSameText(text: String) throws {
    let whole = try #require(UTF8Text(Array(("<\"" + text + "\">").utf8)))
    let part = whole.string(2..<whole.bytes.count - 2)
    #expect(part == text)
    #expect(part.hashValue == text.hashValue)
    #expect(Array(part.utf8) == Array(text.utf8))
    let isKnownASCII = part.utf8Span.isKnownASCII
    #expect(isKnownASCII == text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test(arguments: 0...40) func oneLetterThatIsNotASCIIIsNoticedEverywhere(place: Int) throws {
    let text = String(repeating: "a", count: place) + "é" + String(repeating: "b", count: 40 - place)
    let whole = try #require(UTF8Text(Array(text.utf8)))
    let part = whole.string(0..<whole.bytes.count)
    let isKnownASCII = part.utf8Span.isKnownASCII
    #expect(!isKnownASCII)
    #expect(part == text)
  }

  @Test(
    arguments: [[0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x61, 0x80]] as [[UInt8]])
  func whatIsNoUTF8IsRefused(bytes: [UInt8]) {
    #expect(UTF8Text(bytes) == nil)
    #expect(UTF8Text(Array("plain ".utf8) + bytes + Array(" plain".utf8)) == nil)
  }

  @Test(arguments: [1..<4, 0..<3, 0..<1]) func aCutThroughACharacterIsACrash(range: Range<Int>) async {
    await #expect(processExitsWith: .failure) { [range] in
      _ = UTF8Text(Array("éé".utf8))?.string(range)
    }
  }
}
