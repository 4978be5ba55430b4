/// What a channel says about itself since its last change.
public struct ChannelUpdate: Hashable, Sendable {
  /// The channel.
  public var broadcaster: ChatUser
  /// The title of the stream.
  public var title: String
  /// The category ("game") by name; empty when there is none.
  public var categoryName: String
  /// The language of the broadcast as a two-letter code, or `other`.
  public var language: String

  /// Creates the event.
  public init(broadcaster: ChatUser, title: String, categoryName: String = "", language: String = "") {
    self.broadcaster = broadcaster
    self.title = title
    self.categoryName = categoryName
    self.language = language
  }
}
