extension Simulator {
  /// What changes when a channel is edited or goes live; what is nil stays.
  public struct ChannelChange: Sendable, Codable {
    /// The stream's title.
    public var title: String?
    /// The category's name; its id is derived from it.
    public var category: String?
    /// ISO 639-1.
    public var language: String?
    /// Free tags.
    public var tags: [String]?
    /// People watching; only while live.
    public var viewers: Int?

    /// Describes a change.
    public init(
      title: String? = nil, category: String? = nil, language: String? = nil, tags: [String]? = nil, viewers: Int? = nil
    ) {
      self.title = title
      self.category = category
      self.language = language
      self.tags = tags
      self.viewers = viewers
    }
  }

  /// The room modes of a channel; what is nil stays. 0 switches a timed mode off.
  public struct ChatSettings: Sendable, Codable {
    /// Seconds between two messages of one chatter.
    public var slowSeconds: Int?
    /// Minutes somebody must have followed; -1 switches the mode off, 0 asks for any follower.
    public var followerMinutes: Int?
    /// Subscribers alone may chat.
    public var subscribersOnly: Bool?
    /// Emotes alone may be sent.
    public var emotesOnly: Bool?
    /// Messages must be unique.
    public var unique: Bool?

    /// Describes a change of the room modes.
    public init(
      slowSeconds: Int? = nil, followerMinutes: Int? = nil, subscribersOnly: Bool? = nil, emotesOnly: Bool? = nil,
      unique: Bool? = nil
    ) {
      self.slowSeconds = slowSeconds
      self.followerMinutes = followerMinutes
      self.subscribersOnly = subscribersOnly
      self.emotesOnly = emotesOnly
      self.unique = unique
    }
  }
}
