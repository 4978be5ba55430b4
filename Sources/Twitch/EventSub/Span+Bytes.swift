import WebSockets

extension Span<UInt8> {
  /// Whether a byte is among them. What a text's own view of its bytes does takes several times as long, and each line of chat is
  /// looked through more than once.
  package func contains(_ byte: UInt8) -> Bool {
    let (ones, highest): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    var place = 0
    while place <= count &- 8 {
      // The byte is where the difference is zero; a zero's highest bit is set when one is taken from it.
      let difference = word(at: place) ^ ones &* UInt64(byte)
      if (difference &- ones) & ~difference & highest != 0 { return true }
      place &+= 8
    }
    for index in place..<count where self[index] == byte { return true }
    return false
  }

  /// Whether these and those are the same.
  func isEqual(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var place = 0
    while place &+ 8 <= count {
      guard word(at: place) == other.word(at: place) else { return false }
      place &+= 8
    }
    for index in place..<count where self[index] != other[index] { return false }
    return true
  }

  /// Where the first byte is, from a place on, that stands in JSON's strings for something else than itself: a quotation mark, a
  /// backslash or a control character (RFC 8259, section 7). `count` when there is none.
  ///
  /// Most of what Twitch sends is strings, and so is what clients get: eight bytes are looked at together.
  @inline(__always) package func firstSpecial(from start: Int = 0) -> Int {
    let (ones, highest): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    let lastWord = count - 8
    var place = start
    while place <= lastWord {
      let word = word(at: place)
      // 0x22 and what is below 0x20 are what is below 0x21 once the second bit is turned over. A byte's highest bit is set where the
      // byte is one of them. After the first of them others may be set, too.
      let (low, backslash) = ((word ^ ones &* 0x02) &- ones &* 0x21, (word ^ ones &* 0x5C) &- ones)
      let found = (low | backslash) & ~word & highest
      if found != 0 { return place &+ found.trailingZeroBitCount / 8 }
      place &+= 8
    }
    while place < count, !Self.isSpecial(self[place]) { place &+= 1 }
    return place
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }
}
