import Twitch

/// A chat line in the forms that clients show: plain, as Markdown, and where in the plain text its pictures and names stand.
struct RichText {
  /// A part of the text that is more than words.
  struct Part<Content> {
    var content: Content
    /// Where it begins, in Unicode code points of the text: the one unit that every language can count.
    var begin: Int
    /// Where it is over; not part of it.
    var end: Int
  }

  /// An emote as clients need it.
  struct Image {
    var id: String
    var name: String
    var url: String
  }

  /// Several times what any network lets anybody say, in code points. What is over that is left out, since a frame of a megabyte
  /// would cost everybody in the room their connection.
  static let longest = 4_000

  private(set) var text = ""
  private(set) var markdown = ""
  private(set) var emotes: [Part<Image>] = []
  private(set) var mentions: [Part<ChatUser>] = []
  private(set) var cheermotes: [Part<Cheermote>] = []

  init(_ body: ChatText, images: EmoteImages) {
    var markdown = Markdown()
    var position = 0
    for fragment in body.fragments.isEmpty ? [Fragment(body.text)] : body.fragments {
      guard position < Self.longest else { break }
      let (words, count) = Self.beginning(of: Self.cleaned(fragment.text), Self.longest - position)
      let end = position + count
      switch fragment.kind {
      case .emote(let emote):
        let image = Image(id: emote.id, name: words, url: images.url(of: emote))
        emotes.append(Part(content: image, begin: position, end: end))
        markdown.appendImage(named: image.name, url: image.url)
      case .mention(let user):
        mentions.append(Part(content: user, begin: position, end: end))
        markdown.append(words)
      case .cheermote(let cheermote):
        cheermotes.append(Part(content: cheermote, begin: position, end: end))
        markdown.append(words)
      case .text:
        markdown.append(words)
      }
      text += words
      position = end
    }
    self.markdown = markdown.text
  }

  /// So many code points of a text, or all there are, and how many that is.
  private static func beginning(of text: String, _ limit: Int) -> (String, count: Int) {
    let bytes = text.utf8Span.span
    var count = 0
    // A code point has one byte that does not continue another.
    for place in bytes.indices where bytes[place] & 0xC0 != 0x80 { count += 1 }
    return count <= limit ? (text, count) : (String(text.unicodeScalars.prefix(limit)), limit)
  }

  /// The text without U+0001, which Twitch marks actions with and which means nothing to anybody else (FACTS 8.4).
  private static func cleaned(_ text: String) -> String {
    guard text.utf8Span.span.contains(1) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{1}" }))
  }

  /// Writes `emotes` and `mentions`, each when there are any.
  func writeParts(to json: inout JSONWriter) {
    if !emotes.isEmpty {
      json.member("emotes", array: emotes) { json, part in
        json.object { json in
          json.member("id", part.content.id)
          json.member("name", part.content.name)
          json.member("url", part.content.url)
          json.range(part)
        }
      }
    }
    if !mentions.isEmpty {
      json.member("mentions", array: mentions) { json, part in
        json.object { json in
          json.person(part.content)
          json.range(part)
        }
      }
    }
  }
}
