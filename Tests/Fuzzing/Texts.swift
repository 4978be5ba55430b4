@testable import ChatRelay
@testable import Twitch

/// What people write: lines of text, each a fragment; the first character says of which kind.
func readText(_ bytes: [UInt8]) {
  let fragments = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
    let text = String(line.dropFirst())
    switch line.first {
    case "e": return Fragment(text, .emote(Emote(id: text)))
    case "m": return Fragment(text, .mention(ChatUser(id: "1", login: "harbor", name: text)))
    case "c": return Fragment(text, .cheermote(Cheermote(prefix: text, bits: 1, tier: 1)))
    default: return Fragment(text)
    }
  }
  let body = ChatText(fragments.map(\.text).joined(), fragments: fragments)
  check(RichText(body, images: EmoteImages(template: EmoteImages.twitch)), of: body)
  let name = DisplayName.safe(body.text)
  promise(!name.unicodeScalars.contains("<") && !name.unicodeScalars.contains("["), "a name holds no markup")
}

/// The forms of a line say the same: parts stand where they say, and Markdown shows the text with nothing smuggled in.
func check(_ rich: RichText, of body: ChatText) {
  let scalars = Array(rich.text.unicodeScalars)
  let places =
    rich.emotes.map { ($0.begin, $0.end) } + rich.mentions.map { ($0.begin, $0.end) }
    + rich.cheermotes.map { ($0.begin, $0.end) }
  promise(places.allSatisfy { 0 <= $0 && $0 <= $1 && $1 <= scalars.count }, "a part stands within the text")
  for emote in rich.emotes {
    let name = scalars[emote.begin..<emote.end]
    promise(name.elementsEqual(emote.content.name.unicodeScalars), "an emote stands where its name is")
    promise(emote.content.url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "an emote's address is one")
  }
  let shown = MarkdownReader(rich.markdown).shown
  promise(shown != nil, "Markdown holds no markup of its own: \(rich.markdown)")
  let plain = MarkdownReader.plain(rich.text)
  promise(shown == plain, "Markdown shows the text: \(rich.markdown)")
}
