/// A type of subscription: its version, its condition, and whose permission it takes (FACTS 7.1).
struct SubscriptionType {
  enum Permission {
    /// Reading a chat as somebody.
    case readChat
    /// Reading what concerns one's own messages.
    case readOwn
    case whispers
    /// Nobody's; it costs a point, unless the broadcaster authorized the application.
    case none
    /// The application's own affairs.
    case client
  }

  let name: String
  let version: String
  let required: [String]
  var optional: [String] = []
  let permission: Permission

  static func named(_ name: String, version: String) -> SubscriptionType? {
    all.first { $0.name == name && $0.version == version }
  }

  private static let all: [SubscriptionType] = {
    func types(
      _ names: [String], version: String = "1", _ required: [String], _ permission: Permission
    ) -> [SubscriptionType] {
      names.map { SubscriptionType(name: $0, version: version, required: required, permission: permission) }
    }
    let chat = ["broadcaster_user_id", "user_id"]
    return types(
      [
        "channel.chat.message", "channel.chat.notification", "channel.chat.message_delete", "channel.chat.clear",
        "channel.chat.clear_user_messages", "channel.chat_settings.update",
      ], chat, .readChat)
      + types(["channel.chat.user_message_hold", "channel.chat.user_message_update"], chat, .readOwn)
      + types(
        [
          "stream.online", "stream.offline", "channel.shared_chat.begin", "channel.shared_chat.update",
          "channel.shared_chat.end",
        ], ["broadcaster_user_id"], .none)
      + types(["channel.update"], version: "2", ["broadcaster_user_id"], .none)
      + types(["user.whisper.message"], ["user_id"], .whispers)
      + types(["user.authorization.grant", "user.authorization.revoke"], ["client_id"], .client)
      + [
        SubscriptionType(
          name: "conduit.shard.disabled", version: "1", required: ["client_id"], optional: ["conduit_id"],
          permission: .client)
      ]
  }()
}
