/// Some of the 256 bytes there are, a bit for each: whether one is among them is one look.
///
/// Of 32 bytes, since the compiler copies it for each look: with a byte for each, the copies were most of what Markdown costs.
struct ByteSet {
  private var bits = InlineArray<4, UInt64>(repeating: 0)

  /// The bytes of a text, and those of some ranges.
  init(_ text: String, _ ranges: ClosedRange<UInt8>...) {
    for byte in text.utf8 { insert(byte) }
    for range in ranges { for byte in range { insert(byte) } }
  }

  private mutating func insert(_ byte: UInt8) { bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

  /// Whether a byte is one of them.
  func contains(_ byte: UInt8) -> Bool { bits[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

  /// Where the first of them stands in a text from a place on, or where the text ends.
  func firstPlace(in text: Span<UInt8>, from start: Int) -> Int {
    var place = start
    while place < text.count, !contains(text[place]) { place &+= 1 }
    return place
  }
}
