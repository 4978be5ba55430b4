/// A name's colour as Twitch writes it: `#` and six hexadecimal digits. Pages put it into their styles, so nothing else will do.
package enum HexColor {
  /// Whether the text is such a colour.
  package static func isOne(_ text: String) -> Bool {
    let bytes = text.utf8Span.span
    guard bytes.count == 7, bytes[0] == UInt8(ascii: "#") else { return false }
    for index in 1..<7 where !isDigit(bytes[index]) { return false }
    return true
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
      UInt8(ascii: "a")...UInt8(ascii: "f"):
      true
    default: false
    }
  }
}
