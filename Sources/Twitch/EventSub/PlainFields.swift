/// The fields of all events but chat's, which are few and flat.
struct PlainFields {
  private var broadcaster = ChatUserFields()
  private var target = ChatUserFields()
  private var id: String?
  private var type: String?
  private var messageID: String?
  private var startedAt: String?
  private var title: String?
  private var categoryName: String?
  private var language: String?
  private var conduitID: String?
  private var shardID: String?
  private var status: String?
  private var sessionID: String?

  init(from reader: inout JSONReader) throws(JSONError) {
    guard try reader.beginObject() else { throw .missing("event") }
    while let field = try reader.nextField() {
      switch field {
      case .broadcasterID: broadcaster.id = try reader.string()
      case .broadcasterLogin: broadcaster.login = try reader.string()
      case .broadcasterName: broadcaster.name = try reader.string()
      case .targetID: target.id = try reader.string()
      case .targetLogin: target.login = try reader.string()
      case .targetName: target.name = try reader.string()
      case .id: id = try reader.string()
      case .type: type = try reader.string()
      case .messageID: messageID = try reader.string()
      case .startedAt: startedAt = try reader.string()
      case .title: title = try reader.string()
      case .categoryName: categoryName = try reader.string()
      case .language: language = try reader.string()
      case .conduitID: conduitID = try reader.string()
      case .shardID: shardID = try reader.string()
      case .status: status = try reader.string()
      case .transport: try readTransport(from: &reader)
      default: try reader.skip()
      }
    }
  }

  private mutating func readTransport(from reader: inout JSONReader) throws(JSONError) {
    guard try reader.beginObject() else { return }
    while let field = try reader.nextField() {
      switch field {
      case .sessionID: sessionID = try reader.string()
      default: try reader.skip()
      }
    }
  }

  func event(_ type: SubscriptionType) throws(JSONError) -> Event {
    guard type != .conduitShardDisabled else { return .shardDisabled(try shardDisabled()) }
    let broadcaster = try broadcaster.user(named: "broadcaster_user_id")
    switch type {
    case .channelChatMessageDelete:
      guard let messageID else { throw .missing("message_id") }
      let target = try target.user(named: "target_user_id")
      return .messageDelete(
        MessageDelete(broadcaster: broadcaster, target: target, messageID: MessageID(messageID)))
    case .channelChatClear:
      return .clear(broadcaster: broadcaster)
    case .channelChatClearUserMessages:
      return .clearUserMessages(broadcaster: broadcaster, target: try target.user(named: "target_user_id"))
    case .streamOnline:
      return .streamOnline(
        StreamOnline(broadcaster: broadcaster, streamID: id, type: self.type ?? "live", startedAt: startedAt))
    case .streamOffline:
      return .streamOffline(broadcaster: broadcaster)
    case .channelUpdate:
      return .channelUpdate(
        ChannelUpdate(
          broadcaster: broadcaster, title: title ?? "", categoryName: categoryName ?? "", language: language ?? ""))
    default:
      return .unknown(type: type)
    }
  }

  private func shardDisabled() throws(JSONError) -> ShardDisabled {
    guard let conduitID else { throw .missing("conduit_id") }
    guard let shardID else { throw .missing("shard_id") }
    return ShardDisabled(
      conduitID: ConduitID(conduitID), shardID: ShardID(shardID), status: status ?? "",
      sessionID: sessionID.map { SessionID($0) })
  }
}
