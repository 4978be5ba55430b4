extension Simulator {
  /// A subscription in the words of Twitch's list.
  public struct SubscriptionState: Sendable, Codable {
    /// The subscription's id.
    public var id: Identifier<Subscription>
    /// `enabled` or why it is not.
    public var status: String
    /// Such as `channel.chat.message`.
    public var type: String
    /// The condition as it was asked for.
    public var condition: [String: String]
    /// What it costs.
    public var cost: Int
  }
}
