extension Subscription.Topic {
  /// What is subscribed to for a channel under that type.
  init(_ type: SubscriptionType, for channel: ConduitPool.Channel) {
    var condition = ["broadcaster_user_id": channel.broadcaster.rawValue]
    if type.isChat { condition["user_id"] = channel.reader.rawValue }
    self.init(type, version: type.version, condition: condition)
  }

  /// How Twitch tells that it stopped delivering to a shard of that conduit.
  static func shardDisabled(of conduit: ConduitID, by client: ClientID) -> Subscription.Topic {
    Subscription.Topic(
      .conduitShardDisabled, condition: ["client_id": client.rawValue, "conduit_id": conduit.rawValue])
  }

  /// The channel whose chat the topic reads; `nil` when it is about no chat.
  var channel: ConduitPool.Channel? {
    guard type.isChat, let broadcaster = condition["broadcaster_user_id"], let reader = condition["user_id"] else {
      return nil
    }
    return ConduitPool.Channel(broadcaster: TwitchUserID(broadcaster), reader: TwitchUserID(reader))
  }
}

extension ConduitPool {
  /// How many of a channel's subscriptions are about its chat.
  public static let chatSubscriptions = SubscriptionType.ofChannels.count(where: \.isChat)
}

extension SubscriptionType {
  /// The types subscribed to for each channel, the most important first.
  static let ofChannels: [SubscriptionType] = [
    .channelChatMessage, .channelChatNotification, .channelChatMessageDelete, .channelChatClear,
    .channelChatClearUserMessages, .streamOnline, .streamOffline, .channelUpdate,
  ]

  /// Whether it is read through a user's eyes, and needs that user's permission.
  var isChat: Bool { rawValue.hasPrefix("channel.chat.") }
}
