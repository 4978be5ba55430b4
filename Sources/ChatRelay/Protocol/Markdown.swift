/// Makes CommonMark out of what people wrote: safe to render by anything, for nobody can smuggle markup into it.
///
/// Every character of theirs that means something in CommonMark or HTML comes out escaped, and the line cannot turn into a heading, a
/// list or a code block. The only markup that is ever produced is an emote's image and a link to an `http://` or `https://` address.
struct Markdown {
  /// The line as far as it was made.
  private(set) var text = ""

  /// Appends what a person wrote; web addresses in it become links.
  mutating func append(_ plain: some StringProtocol) {
    var rest = Substring(plain)
    if text.isEmpty {
      // Four leading spaces or a tab would make it a block of code.
      rest = rest.drop { $0.isWhitespace }
    }
    while let link = WebAddress.first(in: rest) {
      text += Self.escape(rest[..<link.startIndex])
      text += "[\(Self.escape(link))](\(Self.destination(link)))"
      rest = rest[link.endIndex...]
    }
    text += Self.escape(rest)
  }

  /// Appends an emote: an image whose alternative text is its name.
  mutating func appendImage(named name: String, url: String) {
    text += "![\(Self.escape(name))](\(Self.destination(url)))"
  }

  private static func escape(_ plain: some StringProtocol) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in plain.unicodeScalars {
      switch scalar {
      // CommonMark 2.4: a backslash before any ASCII punctuation makes it literal.
      case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "<", ">", "#", "+", "-", ".", "!", "|", "~", "&", "=":
        escaped.append("\\")
        escaped.append(scalar)
      // A line break would begin a new block; other control characters have no place in a line of chat.
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        escaped.append(" ")
      default:
        escaped.append(scalar)
      }
    }
    return String(escaped)
  }

  /// A link's target: what could end it or begin an entity is escaped, what no address may hold is percent-encoded.
  private static func destination(_ url: some StringProtocol) -> String {
    var target = ""
    for byte in url.utf8 {
      switch byte {
      case UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "`"), 0...0x20,
        0x7F...0xFF:
        let digits = String(byte, radix: 16, uppercase: true)
        target += "%" + (digits.count == 1 ? "0" : "") + digits
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "_"),
        UInt8(ascii: "["), UInt8(ascii: "]"):
        target += "\\"
        target.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        target.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return target
  }
}
