/// What a subscription is for, for instance `channel.chat.message`; an open set.
public struct SubscriptionType: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

extension SubscriptionType {
  /// Somebody wrote in a channel's chat.
  public static let channelChatMessage: Self = "channel.chat.message"
  /// Chat announced a subscription, a gift, a raid and the like.
  public static let channelChatNotification: Self = "channel.chat.notification"
  /// One message was deleted.
  public static let channelChatMessageDelete: Self = "channel.chat.message_delete"
  /// A channel's whole chat was emptied.
  public static let channelChatClear: Self = "channel.chat.clear"
  /// All that one user had written was taken out.
  public static let channelChatClearUserMessages: Self = "channel.chat.clear_user_messages"
  /// A broadcaster went live.
  public static let streamOnline: Self = "stream.online"
  /// A broadcaster's stream ended.
  public static let streamOffline: Self = "stream.offline"
  /// A channel's title, category or language changed.
  public static let channelUpdate: Self = "channel.update"
  /// A shard of a conduit is not delivered to any more.
  public static let conduitShardDisabled: Self = "conduit.shard.disabled"

  /// The version of the type that this program reads.
  public var version: String { self == .channelUpdate ? "2" : "1" }
}

extension SubscriptionType {
  /// Every message names its type: a text of its own each time would cost more than to look it up.
  private static let table = ShortTextTable<SubscriptionType>(
    [
      .channelChatMessage, .channelChatNotification, .channelChatMessageDelete, .channelChatClear,
      .channelChatClearUserMessages, .streamOnline, .streamOffline, .channelUpdate, .conduitShardDisabled,
    ]
  ) { $0.rawValue }

  /// The type that is written there, if it is one of those above.
  static func known(_ text: Span<UInt8>) -> SubscriptionType? { table[text] }
}
