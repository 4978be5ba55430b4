/// What a subscription is for, for instance `channel.chat.message`; an open set.
public struct SubscriptionType: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}
