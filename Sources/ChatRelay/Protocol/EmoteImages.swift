import Twitch

/// Where the pictures of emotes are.
struct EmoteImages {
  /// Twitch's own place for them, in its own notation (FACTS 8.8).
  static let twitch = "https://static-cdn.jtvnw.net/emoticons/v2/{{id}}/{{format}}/{{theme_mode}}/{{scale}}"

  /// What is before, between and after the places of the id: all else is the same for every emote.
  private let parts: [String]

  /// Reads a template with Twitch's blanks, for the smallest picture for dark pages; moving when there is a moving one.
  init(template: String) {
    parts =
      template
      .replacing("{{format}}", with: "default")
      .replacing("{{theme_mode}}", with: "dark")
      .replacing("{{scale}}", with: "1.0")
      .split(separator: "{{id}}", omittingEmptySubsequences: false).map { String($0) }
  }

  /// The address of an emote's picture.
  func url(of emote: Emote) -> String {
    let id = Self.escaped(emote.id)
    var url = parts[0]
    for part in parts.dropFirst() {
      url += id
      url += part
    }
    return url
  }

  /// An id comes from outside and must not leave its place in the path.
  private static func escaped(_ id: String) -> String {
    id.utf8.allSatisfy(isPlain)
      ? id : String(id.unicodeScalars.filter { $0.isASCII && isPlain(UInt8($0.value)) }.map(Character.init))
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
