/// Makes CommonMark out of what people wrote: safe to render by anything, for nobody can smuggle markup into it.
///
/// Every character of theirs that means something in CommonMark or HTML comes out escaped, and the line cannot turn into a heading, a
/// list or a code block. The only markup that is ever produced is an emote's image and a link to an `http://` or `https://` address.
struct Markdown {
  /// The line as far as it was made, as UTF-8: every line comes by here.
  private var bytes: [UInt8] = []

  /// The line as far as it was made.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Appends what a person wrote; web addresses in it become links.
  mutating func append(_ plain: String) {
    bytes.reserveCapacity(bytes.count + plain.utf8.count + 16)
    var rest = Substring(plain)
    if bytes.isEmpty, let first = rest.utf8.first, first <= 0x20 || first >= 0x7F {
      // Four leading spaces or a tab would make it a block of code.
      rest = rest.drop { $0.isWhitespace }
    }
    while let link = WebAddress.first(in: rest) {
      appendEscaped(rest[..<link.startIndex])
      bytes += "[".utf8
      appendEscaped(link)
      bytes += "](".utf8
      appendDestination(link)
      bytes += ")".utf8
      rest = rest[link.endIndex...]
    }
    appendEscaped(rest)
  }

  /// Appends an emote: an image whose alternative text is its name.
  mutating func appendImage(named name: String, url: String) {
    bytes += "![".utf8
    appendEscaped(name[...])
    bytes += "](".utf8
    appendDestination(url[...])
    bytes += ")".utf8
  }

  private mutating func appendEscaped(_ plain: Substring) {
    let plain = plain.utf8Span.span
    var place = 0
    while place < plain.count {
      let byte = plain[place]
      let unprintable = Self.unprintable(in: plain, at: place)
      if unprintable > 0 {
        // A line break would begin a new block; other control characters have no place in a line of chat.
        bytes.append(UInt8(ascii: " "))
        place += unprintable
        continue
      }
      if Self.isMarkup(byte) { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
      place += 1
    }
  }

  /// CommonMark 2.4: a backslash before any ASCII punctuation makes it literal.
  private static func isMarkup(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "<", ">", "#", "+", "-", ".", "!", "|", "~", "&", "=": true
    default: false
    }
  }

  /// How many bytes a control character or a line break takes there; 0 when there is none.
  private static func unprintable(in text: Span<UInt8>, at place: Int) -> Int {
    switch text[place] {
    case ..<0x20, 0x7F: 1
    // U+0080 to U+009F.
    case 0xC2 where text[place + 1] < 0xA0: 2
    // U+2028 and U+2029.
    case 0xE2 where text[place + 1] == 0x80 && (text[place + 2] == 0xA8 || text[place + 2] == 0xA9): 3
    default: 0
    }
  }

  /// A link's target: what could end it or begin an entity is escaped, what no address may hold is percent-encoded.
  private mutating func appendDestination(_ url: Substring) {
    for byte in url.utf8 {
      switch byte {
      case UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "`"), 0...0x20,
        0x7F...0xFF:
        let digits = String(byte, radix: 16, uppercase: true)
        bytes += "%\(digits.count == 1 ? "0" : "")\(digits)".utf8
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "_"),
        UInt8(ascii: "["), UInt8(ascii: "]"):
        bytes += [UInt8(ascii: "\\"), byte]
      default:
        bytes.append(byte)
      }
    }
  }
}
