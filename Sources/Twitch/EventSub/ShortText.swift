import WebSockets

/// One to 32 bytes of text in a form that is compared at once.
struct ShortText: Equatable, Sendable {
  private let count: Int
  /// The first sixteen bytes and the last, which may be the same ones. Of less than eight, all are in the first word.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Takes a text; `nil` when it is empty or longer.
  init?(_ text: Span<UInt8>) {
    count = text.count
    switch count {
    case 1..<8:
      var word: UInt64 = 0
      for index in text.indices { word = word << 8 | UInt64(text[index]) }
      words = (word, 0, 0, 0)
    case 8..<16: words = (text.word(at: 0), 0, 0, text.word(at: count - 8))
    case 16...32: words = (text.word(at: 0), text.word(at: 8), text.word(at: count - 16), text.word(at: count - 8))
    default: return nil
    }
  }

  /// A number below 256 that is rarely the same for two texts of a list.
  var hash: Int {
    let mixed = (words.0 &* 0x9E37_79B9_7F4A_7C15) ^ (words.3 &* 0xC2B2_AE3D_27D4_EB4F) ^ UInt64(count)
    return Int(truncatingIfNeeded: (mixed &* 0x9E37_79B9_7F4A_7C15) >> 56)
  }

  static func == (left: ShortText, right: ShortText) -> Bool {
    left.count == right.count && left.words == right.words
  }
}
