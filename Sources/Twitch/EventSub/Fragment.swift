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
