extension Simulator {
  /// Something that chat announces: a subscription, a raid, an announcement (`channel.chat.notification`).
  public struct Notice: Sendable, Codable {
    /// `notice_type`, one of Twitch's or an unknown one.
    public var type: String
    /// Login or id of whom it is about; nil is an anonymous gifter.
    public var from: String?
    /// What the person wrote with it.
    public var text: String?
    /// Months, for subscriptions and anniversaries.
    public var months: Int?
    /// `1000`, `2000` or `3000`.
    public var tier: String?
    /// Whether the subscription came with Prime.
    public var prime: Bool?
    /// Viewers of a raid, gifts of a community gift, bits of a badge tier, cents of a donation, streams of a streak.
    public var count: Int?
    /// Login or id of the one who got a gift.
    public var recipient: String?
    /// `primary`, `blue`, `green`, `orange` or `purple`, for announcements.
    public var color: String?
    /// The sentence that Twitch makes; written from the rest when left out.
    public var systemMessage: String?

    /// Describes a notice.
    public init(
      _ type: String, from: String?, text: String? = nil, months: Int? = nil, tier: String? = nil, prime: Bool? = nil,
      count: Int? = nil, recipient: String? = nil, color: String? = nil, systemMessage: String? = nil
    ) {
      self.type = type
      self.from = from
      self.text = text
      self.months = months
      self.tier = tier
      self.prime = prime
      self.count = count
      self.recipient = recipient
      self.color = color
      self.systemMessage = systemMessage
    }
  }
}
