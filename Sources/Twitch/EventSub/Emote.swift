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
