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
