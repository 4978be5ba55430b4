extension Simulator {
  /// Something a chatter says; emotes, cheers and mentions are found in the text.
  public struct Line: Sendable, Codable {
    /// Login or id of the chatter.
    public var from: String
    /// What is said, without the `/me`.
    public var text: String
    /// Whether it is said with `/me`.
    public var action: Bool?
    /// The message it replies to; the parent's name is put in front of the text.
    public var replyTo: Identifier<Message>?
    /// Badges to show in place of those that follow from the chatter's roles.
    public var badges: [Badge]?
    /// A color in place of the chatter's own.
    public var color: String?
    /// `message_type`; `text` when left out.
    public var type: String?
    /// The custom reward that it redeems.
    public var rewardId: String?
    /// The animation of a message effect.
    public var animationId: String?
    /// Whether it stays in this channel although its chat is shared.
    public var sourceOnly: Bool?

    /// Describes what somebody says.
    public init(
      from: String, _ text: String, action: Bool? = nil, replyTo: Identifier<Message>? = nil, badges: [Badge]? = nil,
      color: String? = nil, type: String? = nil, rewardId: String? = nil, animationId: String? = nil,
      sourceOnly: Bool? = nil
    ) {
      self.from = from
      self.text = text
      self.action = action
      self.replyTo = replyTo
      self.badges = badges
      self.color = color
      self.type = type
      self.rewardId = rewardId
      self.animationId = animationId
      self.sourceOnly = sourceOnly
    }
  }

  /// A badge beside a name.
  public struct Badge: Sendable, Codable, Hashable {
    /// The set, such as `subscriber`.
    public var setId: String
    /// The version in the set.
    public var id: String
    /// Months, for subscribers; else empty.
    public var info: String

    /// Names a badge.
    public init(_ setId: String, _ id: String = "1", info: String = "") {
      self.setId = setId
      self.id = id
      self.info = info
    }
  }

  /// A message that is in a channel's chat, said by a chatter or sent over the API.
  public struct Message: Sendable, Codable {
    /// Twitch's message id, which differs per channel in a shared chat.
    public var id: Identifier<Message>
    /// Login of the channel.
    public var channel: String
    /// Login of the author.
    public var from: String
    /// The text as chat shows it.
    public var text: String
    /// Whether it was said with `/me`.
    public var action: Bool
    /// Whether Send Chat Message brought it.
    public var sent: Bool
    /// Whether moderation took it out again.
    public var deleted: Bool
  }
}
