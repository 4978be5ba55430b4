/// Bytes as text.
enum Hexadecimal {
  /// Writes two lower-case digits for each byte.
  static func text(of bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
