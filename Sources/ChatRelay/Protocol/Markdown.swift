import WebSockets

/// Makes CommonMark out of what people wrote: safe to render by anything, for nobody can smuggle markup into it.
///
/// Every character of theirs that means something in CommonMark or HTML comes out escaped, and the line cannot turn into a heading, a
/// list or a code block. The only markup that is ever produced is an emote's image and a link to an `http://` or `https://` address.
struct Markdown {
  /// The line as far as it was made, as UTF-8: every line comes by here.
  private(set) var bytes: [UInt8] = []

  /// The line as far as it was made.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Appends what a person wrote; web addresses in it become links.
  mutating func append(_ plain: String) {
    var rest = Substring(plain)
    if bytes.isEmpty, let first = rest.utf8.first, first <= 0x20 || first >= 0x7F {
      // Four leading spaces or a tab would make it a block of code, and control characters come out as spaces.
      rest = Substring(
        rest.unicodeScalars.drop { $0.properties.isWhitespace || $0.properties.generalCategory == .control })
    }
    while let link = WebAddress.first(in: rest) {
      appendEscaped(rest[..<link.startIndex].utf8Span.span)
      bytes += "[".utf8
      appendEscaped(link.utf8Span.span)
      bytes += "](".utf8
      appendDestination(link.utf8Span.span)
      bytes += ")".utf8
      rest = rest[link.endIndex...]
    }
    appendEscaped(rest.utf8Span.span)
  }

  /// Appends an emote: an image whose alternative text is its name.
  mutating func appendImage(named name: String, url: String) {
    bytes += "![".utf8
    appendEscaped(name.utf8Span.span)
    bytes += "](".utf8
    appendDestination(url.utf8Span.span)
    bytes += ")".utf8
  }

  /// CommonMark 2.4: a backslash before any ASCII punctuation makes it literal.
  private static let markup = ByteSet(#"\`*_{}[]()<>#+-.!|~&="#)
  /// Those, and what a character that cannot be seen may begin with.
  private static let special = ByteSet(#"\`*_{}[]()<>#+-.!|~&="#, 0...0x1F, 0x7F...0x7F, 0xC2...0xC2, 0xE2...0xE2)

  private mutating func appendEscaped(_ plain: Span<UInt8>) {
    append(plain, growingBy: 2, upTo: Self.special, Self.appendSpecial)
  }

  /// Appends what stands for itself in runs, and whatever is in `set` as `write` does it, which gives how many bytes it took. What
  /// is written has at most `factor` times as many bytes.
  @inline(__always) private mutating func append(
    _ text: Span<UInt8>, growingBy factor: Int, upTo set: ByteSet,
    _ write: (_ text: Span<UInt8>, _ place: Int, _ output: inout OutputSpan<UInt8>) -> Int
  ) {
    // Where nothing is added to nothing, Swift 6.3 writes to the one array that is empty, beside all other threads.
    guard !text.isEmpty else { return }
    bytes.append(addingCapacity: text.count * factor) { output in
      var place = 0
      while place < text.count {
        let end = set.firstPlace(in: text, from: place)
        output.append(copying: text.extracting(place..<end))
        place = end
        if place < text.count { place += write(text, place, &output) }
      }
    }
  }

  /// Appends what may need a backslash, or a space in its place; gives how many bytes that was.
  private static func appendSpecial(_ plain: Span<UInt8>, at place: Int, to output: inout OutputSpan<UInt8>) -> Int {
    let unprintable = unprintable(in: plain, at: place)
    if unprintable > 0 {
      // A line break would begin a new block; other control characters have no place in a line of chat.
      output.append(UInt8(ascii: " "))
      return unprintable
    }
    if markup.contains(plain[place]) { output.append(UInt8(ascii: "\\")) }
    output.append(plain[place])
    return 1
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

  /// What no address may hold, and what could end it: that is percent-encoded.
  private static let forbidden = ByteSet(#"\<>"`"#, 0...0x20, 0x7F...0xFF)
  /// Those, and what could end a link or begin an entity: that gets a backslash.
  private static let notable = ByteSet(#"\<>"`()&*_[]"#, 0...0x20, 0x7F...0xFF)

  /// A link's target.
  private mutating func appendDestination(_ url: Span<UInt8>) {
    append(url, growingBy: 3, upTo: Self.notable, Self.appendNotable)
  }

  private static func appendNotable(_ url: Span<UInt8>, at place: Int, to output: inout OutputSpan<UInt8>) -> Int {
    let byte = url[place]
    if forbidden.contains(byte) {
      output.append(UInt8(ascii: "%"))
      for digit in [byte >> 4, byte & 0xF] {
        output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
      }
    } else {
      output.append(UInt8(ascii: "\\"))
      output.append(byte)
    }
    return 1
  }
}
