/// What becomes of a text on its way into chat (FACTS 8.7, 9.1, 9.3).
struct SentText {
  let text: String
  let isAction: Bool

  /// nil when nothing is left of it, which Twitch answers with `msg_rejected`.
  init?(_ raw: String) {
    var scalars = String.UnicodeScalarView()
    for scalar in raw.unicodeScalars {
      switch scalar {
      case "\r", "\n", "\t": scalars.append(" ")
      case "\u{200D}", "\u{E0000}"..."\u{E007F}", "\u{0}"..<" ": continue
      default: scalars.append(scalar)
      }
    }
    var text = SentText.trimmed(Substring(String(scalars)))
    var isAction = false
    if let first = text.first, first == "/" || first == "." {
      // The leading word is taken for a command and never posted; only /me does something.
      let word = text.dropFirst().prefix { $0 != " " }
      isAction = word.lowercased() == "me"
      text = SentText.trimmed(text.dropFirst(word.count + 1))
    }
    guard !text.isEmpty else { return nil }
    self.text = String(text)
    self.isAction = isAction
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
