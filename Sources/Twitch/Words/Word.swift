/// A word of Twitch's vocabulary: text that means something only beside its own kind.
///
/// Identifiers are words, and so are the values of Twitch's open lists (statuses, scopes, subscription types): Twitch adds
/// values without notice, so an unknown one is kept as it came and never fails to decode.
public protocol Word:
  RawRepresentable<String>, Hashable, Comparable, Codable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral
{
  /// Takes the text as it is; any text is a word.
  init(rawValue: String)
}

extension Word {
  /// Takes the text as it is; reads better than `init(rawValue:)` at a call.
  public init(_ text: String) { self.init(rawValue: text) }

  public init(stringLiteral text: String) { self.init(rawValue: text) }

  public var description: String { rawValue }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
