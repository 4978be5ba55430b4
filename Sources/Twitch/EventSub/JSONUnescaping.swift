/// Takes the escapes out of the inside of a JSON string (RFC 8259, section 7).
enum JSONUnescaping {
  /// The text that was escaped; `nil` for an unknown escape, half a surrogate pair or broken UTF-8.
  static func text(of escaped: ArraySlice<UInt8>) -> String? {
    var rest = escaped
    var plain: [UInt8] = []
    plain.reserveCapacity(escaped.count)
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        plain.append(byte)
        continue
      }
      guard let scalar = scalar(after: &rest) else { return nil }
      plain.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return String(validating: plain, as: UTF8.self)
  }

  /// The character that the escape after a backslash stands for.
  private static func scalar(after rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    switch rest.popFirst() {
    case UInt8(ascii: "\""): "\""
    case UInt8(ascii: "\\"): "\\"
    case UInt8(ascii: "/"): "/"
    case UInt8(ascii: "b"): "\u{8}"
    case UInt8(ascii: "f"): "\u{C}"
    case UInt8(ascii: "n"): "\n"
    case UInt8(ascii: "r"): "\r"
    case UInt8(ascii: "t"): "\t"
    case UInt8(ascii: "u"): numbered(&rest)
    default: nil
    }
  }

  /// `\uXXXX`, or two of them when the first is the high half of a surrogate pair.
  private static func numbered(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let first = codeUnit(&rest) else { return nil }
    guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
    guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"), let second = codeUnit(&rest),
      UTF16.isTrailSurrogate(second)
    else { return nil }
    return UTF16.decode(UTF16.EncodedScalar([first, second]))
  }

  /// Four hexadecimal digits.
  private static func codeUnit(_ rest: inout ArraySlice<UInt8>) -> UInt16? {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = rest.popFirst(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}
