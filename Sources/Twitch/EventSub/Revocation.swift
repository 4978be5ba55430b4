/// Twitch took a subscription away, and will deliver nothing for it any more.
public struct Revocation: Hashable, Sendable {
  /// The subscription that is gone.
  public var subscription: SubscriptionID
  /// What it was for.
  public var type: SubscriptionType
  /// Why: `authorization_revoked`, `user_removed`, `chat_user_banned`, `moderator_removed`, …; an open set.
  public var status: String
  /// The channel it concerned, if it concerned one.
  public var broadcaster: TwitchUserID?
  /// The account that was reading, for chat.
  public var reader: TwitchUserID?

  /// Creates a revocation.
  public init(
    subscription: SubscriptionID, type: SubscriptionType, status: String, broadcaster: TwitchUserID? = nil,
    reader: TwitchUserID? = nil
  ) {
    self.subscription = subscription
    self.type = type
    self.status = status
    self.broadcaster = broadcaster
    self.reader = reader
  }
}
