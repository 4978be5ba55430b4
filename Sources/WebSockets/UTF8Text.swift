/// Bytes that are UTF-8: looked at once, so that texts can be cut out of them without another look.
package struct UTF8Text: Sendable {
  /// The whole text.
  package let bytes: [UInt8]

  /// Takes bytes, unless they are no UTF-8.
  package init?(_ bytes: [UInt8]) {
    guard (try? UTF8Span(validating: bytes.span)) != nil else { return nil }
    self.bytes = bytes
  }

  /// A part of the text. It must not begin or end within a character.
  package func string(_ range: Range<Int>) -> String {
    precondition(isCut(at: range.lowerBound) && isCut(at: range.upperBound), "a cut through a character")
    let part = bytes.span.extracting(range)
    // UTF-8 that is cut between two characters is UTF-8.
    return unsafe String(copying: UTF8Span(unchecked: part, isKnownASCII: part.count > 15 && part.isASCII))
  }

  /// Whether a place is not within a character: the bytes there, after the first, are those that begin with the bits 10.
  @inline(__always) private func isCut(at place: Int) -> Bool {
    place == bytes.count || bytes[place] & 0xC0 != 0x80
  }
}

extension Span<UInt8> {
  /// Whether every byte is ASCII. A text that knows so of itself is compared and hashed faster; one of up to fifteen bytes always
  /// knows.
  fileprivate var isASCII: Bool {
    var (found, place): (UInt64, Int) = (0, 0)
    while place <= count &- 8 {
      found |= word(at: place)
      place &+= 8
    }
    // Of the eight bytes at the end some have been seen before.
    if count >= 8 { return (found | word(at: count - 8)) & 0x8080_8080_8080_8080 == 0 }
    for index in indices where self[index] >= 0x80 { return false }
    return true
  }
}
