/// Some of the 256 bytes there are, as a table: whether one is among them is one look.
struct ByteSet {
  private var isMember = InlineArray<256, Bool>(repeating: false)

  /// The bytes of a text, and those of some ranges.
  init(_ text: String, _ ranges: ClosedRange<UInt8>...) {
    for byte in text.utf8 { isMember[Int(byte)] = true }
    for range in ranges { for byte in range { isMember[Int(byte)] = true } }
  }

  /// Whether a byte is one of them.
  func contains(_ byte: UInt8) -> Bool { isMember[Int(byte)] }

  /// Where the first of them stands in a text from a place on, or where the text ends.
  func firstPlace(in text: Span<UInt8>, from start: Int) -> Int {
    var place = start
    while place < text.count, !contains(text[place]) { place &+= 1 }
    return place
  }
}
