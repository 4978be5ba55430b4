/// A chat line: the plain text, and the same text cut into parts.
public struct ChatText: Hashable, Sendable {
  /// The whole text.
  public let text: String
  /// Its parts in order. Joined they always are `text`.
  public let fragments: [Fragment]

  /// Creates a line. Fragments that do not add up to `text` give way to a single one that is the text: Twitch has sent
  /// incomplete ones.
  public init(_ text: String, fragments: [Fragment] = []) {
    self.text = text
    self.fragments = Self.cover(text, fragments) ? fragments : [Fragment(text)]
  }

  private static func cover(_ text: String, _ fragments: [Fragment]) -> Bool {
    fragments.count == 1 ? fragments[0].text == text : fragments.lazy.map(\.text).joined() == text
  }
}

/// One part of a chat line.
public struct Fragment: Hashable, Sendable {
  /// What a part of a line is, besides its text.
  public enum Kind: Hashable, Sendable {
    /// Words, and everything that this program knows no better word for.
    case text
    /// A picture; the fragment's text is its name.
    case emote(Emote)
    /// Bits, for instance `Cheer100`.
    case cheermote(Cheermote)
    /// An existing user; the fragment's text has the `@`.
    case mention(ChatUser)
  }

  /// The part as plain text.
  public var text: String
  /// What it stands for.
  public var kind: Kind

  /// Creates a part, of plain text unless told otherwise.
  public init(_ text: String, _ kind: Kind = .text) {
    self.text = text
    self.kind = kind
  }
}

/// An emote of Twitch's, to be shown as a picture.
public struct Emote: Hashable, Sendable {
  /// Digits, or `emotesv2_` and hex digits; part of the picture's URL.
  public var id: String
  /// The set that it belongs to; `0` is the global one.
  public var setID: String?
  /// Whose emote it is.
  public var ownerID: TwitchUserID?
  /// Whether there is a moving picture of it.
  public var isAnimated: Bool

  /// Creates an emote.
  public init(id: String, setID: String? = nil, ownerID: TwitchUserID? = nil, isAnimated: Bool = false) {
    self.id = id
    self.setID = setID
    self.ownerID = ownerID
    self.isAnimated = isAnimated
  }
}

/// Bits that were cheered in the middle of a line.
public struct Cheermote: Hashable, Sendable {
  /// The word in front of the number, in any case: `Cheer`, `uni`, …
  public var prefix: String
  /// How many bits.
  public var bits: Int
  /// The least number of bits of the tier, which decides the picture.
  public var tier: Int

  /// Creates a cheermote.
  public init(prefix: String, bits: Int, tier: Int) {
    self.prefix = prefix
    self.bits = bits
    self.tier = tier
  }
}

/// A badge that a chatter wears in a channel.
public struct Badge: Hashable, Sendable {
  /// What it is for: `subscriber`, `moderator`, `broadcaster`, …; an open set.
  public var setID: String
  /// Which version of it.
  public var id: String
  /// The months of a subscriber; empty for all others.
  public var info: String

  /// Creates a badge.
  public init(setID: String, id: String, info: String = "") {
    self.setID = setID
    self.id = id
    self.info = info
  }
}
