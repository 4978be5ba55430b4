import Twitch
import WebSockets

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

  let text: String
  /// The Markdown as UTF-8: that is what it is needed as.
  let markdownBytes: [UInt8]
  private(set) var emotes: [Part<Image>] = []
  private(set) var mentions: [Part<ChatUser>] = []
  private(set) var cheermotes: [Part<Cheermote>] = []

  var markdown: String { String(decoding: markdownBytes, as: UTF8.self) }

  init(_ body: ChatText, images: EmoteImages) {
    let body = Self.presentable(body)
    text = body.text
    var markdown = Markdown()
    if body.fragments.isEmpty { markdown.append(text) }
    var position = 0
    for fragment in body.fragments {
      let end = position + Self.codePoints(of: fragment.text)
      switch fragment.kind {
      case .emote(let emote):
        let image = Image(id: emote.id, name: fragment.text, url: images.url(of: emote))
        emotes.append(Part(content: image, begin: position, end: end))
        markdown.appendImage(named: image.name, url: image.url)
      case .mention(let user):
        mentions.append(Part(content: user, begin: position, end: end))
        markdown.append(fragment.text)
      case .cheermote(let cheermote):
        cheermotes.append(Part(content: cheermote, begin: position, end: end))
        markdown.append(fragment.text)
      case .text:
        markdown.append(fragment.text)
      }
      position = end
    }
    markdownBytes = markdown.bytes
  }

  /// A line as it may be shown, which nearly every one is as it comes: not longer than the longest, and without U+0001, which Twitch
  /// marks actions with and which means nothing to anybody else (FACTS 8.4).
  private static func presentable(_ body: ChatText) -> ChatText {
    let bytes = body.text.utf8Span.span
    guard bytes.count > longest || bytes.contains(1) else { return body }
    var left = longest
    var fragments: [Fragment] = []
    for fragment in body.fragments where left > 0 {
      let scalars = fragment.text.unicodeScalars.filter { $0 != "\u{1}" }.prefix(left)
      left -= scalars.count
      fragments.append(Fragment(String(String.UnicodeScalarView(scalars)), fragment.kind))
    }
    return ChatText(fragments.map(\.text).joined(), fragments: fragments)
  }

  private static func codePoints(of text: String) -> Int {
    let bytes = text.utf8Span.span
    var count = bytes.count
    var place = 0
    // A code point has one byte that does not continue another: of those that do, only the highest bit of the first two is set.
    while place &+ 8 <= bytes.count {
      let word = bytes.word(at: place)
      count &-= (word &>> 7 & ~word &>> 6 & 0x0101_0101_0101_0101).nonzeroBitCount
      place &+= 8
    }
    for place in place..<bytes.count where bytes[place] & 0xC0 == 0x80 { count &-= 1 }
    return count
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
