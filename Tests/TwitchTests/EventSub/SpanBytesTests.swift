import Testing

@testable import Twitch

@Suite struct SpanBytesTests {
  /// Of all lengths up to three words and some more, so that each byte is looked at in a word and by itself.
  private static let lengths = 0...27

  @Test(arguments: lengths) func whatIsSpecialIsFoundWhereverItIs(length: Int) {
    // What differs from them by one bit, or has the highest bit as well, is not special.
    let plain: [UInt8] = [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xA2, 0xDC, 0xFF]
    let text = (0..<length).map { plain[$0 % plain.count] }
    #expect(text.span.firstSpecial() == length)
    for place in 0..<length {
      for special in [0x00, 0x01, 0x1F, 0x22, 0x5C] as [UInt8] {
        var text = text
        text[place] = special
        // One behind it is not found before it.
        if place + 2 < length { text[place + 2] = 0x22 }
        for start in 0...place { #expect(text.span.firstSpecial(from: start) == place) }
        #expect(text.span.firstSpecial(from: place + 1) == (place + 2 < length ? place + 2 : length))
      }
    }
  }

  @Test(arguments: 0...UInt8.max) func everyByteIsSpecialOrNot(byte: UInt8) {
    let isSpecial = byte < 0x20 || byte == 0x22 || byte == 0x5C
    let text = [UInt8](repeating: byte, count: 1) + [UInt8](repeating: 0x61, count: 9)
    #expect(firstSpecial(of: text) == (isSpecial ? 0 : 10))
    #expect(firstSpecial(of: text.reversed()) == (isSpecial ? 9 : 10))
  }

  @Test(arguments: lengths) func aByteIsFoundWhereverItIs(length: Int) {
    for byte in [0x00, 0x01, 0x61, 0x7F, 0x80, 0xFF] as [UInt8] {
      // What differs by one bit, or by all but one, is another byte.
      let text = (0..<length).map { byte ^ 1 << UInt8($0 % 8) }
      #expect(!contains(text, byte))
      #expect(!contains(text.map { ~$0 }, byte))
      for place in 0..<length {
        var text = text
        text[place] = byte
        #expect(contains(text, byte))
      }
    }
  }

  private func firstSpecial(of text: [UInt8]) -> Int { text.span.firstSpecial() }

  private func contains(_ text: [UInt8], _ byte: UInt8) -> Bool { text.span.contains(byte) }

  private func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool { one.span.isEqual(to: other.span) }

  @Test(arguments: lengths) func oneByteMakesTextsDifferent(length: Int) {
    let text = (0..<length).map { UInt8($0) }
    #expect(areEqual(text, Array(text)))
    #expect(!areEqual(text, text + [0]))
    for place in 0..<length {
      var other = text
      other[place] ^= 0x80
      #expect(!areEqual(text, other))
    }
  }
}
