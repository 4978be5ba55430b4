import Twitch

/// Finds web addresses in what people write.
enum WebAddress {
  /// The first `http://` or `https://` address, up to white space, without the punctuation that ends the sentence around it.
  ///
  /// It may begin within a word, since not every language has spaces, but not behind a letter or a digit that would be a part of its scheme.
  static func first(in text: Substring) -> Substring? {
    // Most lines have none, and this is on the path of every line.
    guard text.utf8Span.span.contains(UInt8(ascii: ":")) else { return nil }
    var rest = text.utf8
    while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
      if let address = address(in: text, withColonAt: colon) { return address }
      rest = rest[rest.index(after: colon)...]
    }
    return nil
  }

  private static func address(in text: Substring, withColonAt colon: Substring.Index) -> Substring? {
    guard text.utf8[colon...].starts(with: "://".utf8) else { return nil }
    let scheme = text.unicodeScalars[..<colon].reversed().prefix {
      $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0)
    }
    let start = scheme.endIndex.base
    guard ["http", "https"].contains(text[start..<colon].lowercased()) else { return nil }
    var address = Substring(text.unicodeScalars[start...].prefix { !$0.properties.isWhitespace })
    while let last = address.last, isTrailing(last, of: address) { address.removeLast() }
    return address.utf8.count > text[start..<colon].utf8.count + 3 ? address : nil
  }

  /// A closing bracket belongs to the address when the address opened it: Wikipedia has many such.
  private static func isTrailing(_ last: Character, of address: Substring) -> Bool {
    if last == ")" { return !address.contains("(") }
    return ".,;:!?\"'>]}*_".contains(last)
  }
}
