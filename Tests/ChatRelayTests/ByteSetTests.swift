import Testing

@testable import ChatRelay

@Suite struct ByteSetTests {
  @Test func hasItsBytesAndNoOthers() {
    let set = ByteSet("@Az{\u{0}", 0x3F...0x40, 0x7F...0x81, 0xC2...0xC2, 0xFF...0xFF)
    let expected: Set<UInt8> = [0x40, 0x41, 0x7A, 0x7B, 0, 0x3F, 0x7F, 0x80, 0x81, 0xC2, 0xFF]
    #expect(Set((0...255).map { UInt8($0) }.filter(set.contains)) == expected)
  }

  @Test func findsTheFirst() {
    let set = ByteSet(".!")
    #expect(set.firstPlace(in: "ab.c!".utf8Span.span, from: 0) == 2)
    #expect(set.firstPlace(in: "ab.c!".utf8Span.span, from: 3) == 4)
    #expect(set.firstPlace(in: "ab.c".utf8Span.span, from: 3) == 4)
  }
}
