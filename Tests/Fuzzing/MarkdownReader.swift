/// Reads back the little Markdown that the gateway writes, and nothing else: escaped characters, links and images.
///
/// Written from CommonMark 0.31, not from the code that it checks.
struct MarkdownReader {
  /// What a reader of the page sees, without white space at its beginning; `nil` when there is other markup.
  private(set) var shown: [Unicode.Scalar]? = []
  private var rest: Substring.UnicodeScalarView

  init(_ markdown: String) {
    rest = markdown[...].unicodeScalars
    while shown != nil, let scalar = rest.popFirst() {
      switch scalar {
      case "!" where rest.first == "[":
        rest.removeFirst()
        readLink(isImage: true)
      case "[": readLink(isImage: false)
      default: show(scalar)
      }
    }
    shown = shown.map { Self.trimmed($0) }
  }

  /// The text as Markdown has to show it: in one line.
  static func plain(_ text: String) -> [Unicode.Scalar] {
    trimmed(text.unicodeScalars.map { isBreak($0) ? " " : $0 })
  }

  /// Marks that are no white space by themselves belong to the space before them, and may go with it.
  private static func trimmed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    Array(scalars.drop { $0.properties.isWhitespace || $0.properties.isGraphemeExtend || $0 == "\u{200D}" })
  }

  private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }

  /// Whether a backslash before it makes it itself.
  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "!"..."/", ":"..."@", "["..."`", "{"..."~": true
    default: false
    }
  }

  /// Whether it may mean something where it stands by itself.
  private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "`", "*", "_", "{", "}", "[", "]", "(", ")", "<", ">", "#", "+", "-", ".", "!", "|", "~", "&", "=": true
    default: isBreak(scalar)
    }
  }

  /// One character outside of any markup.
  private mutating func show(_ scalar: Unicode.Scalar) {
    if scalar == "\\" {
      guard let escaped = rest.popFirst(), Self.isPunctuation(escaped) else { return fail() }
      shown?.append(escaped)
    } else if Self.isSpecial(scalar) {
      fail()
    } else {
      shown?.append(scalar)
    }
  }

  /// `text](address)`: the text is shown, the address has to be one.
  private mutating func readLink(isImage: Bool) {
    while let scalar = rest.popFirst() {
      if scalar == "]" { break }
      show(scalar)
    }
    guard rest.popFirst() == "(" else { return fail() }
    var address = ""
    while let scalar = rest.popFirst(), scalar != ")" {
      if scalar == "\\", let escaped = rest.popFirst() {
        address.unicodeScalars.append(escaped)
      } else if scalar == "(" || scalar == "<" || scalar == ">" || scalar.value <= 0x20 || scalar.value >= 0x7F {
        return fail()
      } else {
        address.unicodeScalars.append(scalar)
      }
    }
    let scheme = address.prefix(8).lowercased()
    if scheme != "https://", isImage || !scheme.hasPrefix("http://") { fail() }
  }

  private mutating func fail() { shown = nil }
}
