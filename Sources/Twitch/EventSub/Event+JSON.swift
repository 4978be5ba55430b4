extension Event {
  /// Reads the event of a subscription of that type.
  init(_ type: SubscriptionType, from reader: inout JSONReader) throws(JSONError) {
    switch type {
    case .channelChatMessage: self = .message(try ChatFields(from: &reader).message())
    case .channelChatNotification: self = .notice(try ChatFields(from: &reader).notice())
    case .channelChatMessageDelete, .channelChatClear, .channelChatClearUserMessages, .streamOnline, .streamOffline,
      .channelUpdate, .conduitShardDisabled:
      self = try PlainFields(from: &reader).event(type)
    default:
      try reader.skip()
      self = .unknown(type: type)
    }
  }
}
