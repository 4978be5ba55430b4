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
    var rest = text.utf8Span.span
    // A copy of each fragment costs more than the look at it.
    for place in fragments.indices {
      let part = fragments[place].text.utf8Span.span
      guard part.count <= rest.count, rest.extracting(first: part.count).isEqual(to: part) else { return false }
      rest = rest.extracting(droppingFirst: part.count)
    }
    return rest.isEmpty
  }
}
