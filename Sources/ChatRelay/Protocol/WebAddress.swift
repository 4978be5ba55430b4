import Twitch

/// Finds web addresses in what people write.
enum WebAddress {
  /// The first `http://` or `https://` address, up to white space, without the punctuation that ends the sentence around it.
  static func first(in text: Substring) -> Substring? {
    // Most lines have none, and this is on the path of every line.
    guard text.utf8Span.span.contains(UInt8(ascii: ":")) else { return nil }
    var start = text.startIndex
    while start < text.endIndex {
      let word = text[start...].prefix { !$0.isWhitespace }
      if let address = address(in: word) { return address }
      start = text[word.endIndex...].firstIndex { !$0.isWhitespace } ?? text.endIndex
    }
    return nil
  }

  private static func address(in word: Substring) -> Substring? {
    // Somebody may have put it in brackets or quotes.
    let opened = word.drop { "([{<\"'*_".contains($0) }
    guard let scheme = ["https://", "http://"].first(where: { opened.lowercased().hasPrefix($0) }) else { return nil }
    var address = opened
    while let last = address.last, isTrailing(last, of: address) { address.removeLast() }
    return address.count > scheme.count ? address : nil
  }

  /// A closing bracket belongs to the address when the address opened it: Wikipedia has many such.
  private static func isTrailing(_ last: Character, of address: Substring) -> Bool {
    if last == ")" { return !address.contains("(") }
    return ".,;:!?\"'>]}*_".contains(last)
  }
}
