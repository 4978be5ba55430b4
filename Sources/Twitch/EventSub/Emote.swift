/// An emote of Twitch's, to be shown as a picture.
public struct Emote: Hashable, Sendable {
  /// Digits, or `emotesv2_` and hex digits; part of the picture's URL.
  public var id: String

  /// Creates an emote.
  public init(id: String) {
    self.id = id
  }
}
