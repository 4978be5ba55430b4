/// The keys of EventSub's JSON that this program reads; every other key is `other`.
///
/// A key is found by its bytes (`KeyOrder`): the hot path makes no string of it.
enum JSONField: String, CaseIterable {
  case badges
  case bits
  case broadcasterID = "broadcaster_user_id"
  case broadcasterLogin = "broadcaster_user_login"
  case broadcasterName = "broadcaster_user_name"
  case categoryName = "category_name"
  case challenge
  case chatterID = "chatter_user_id"
  case chatterIsAnonymous = "chatter_is_anonymous"
  case chatterLogin = "chatter_user_login"
  case chatterName = "chatter_user_name"
  case cheer
  case cheermote
  case color
  case condition
  case conduitID = "conduit_id"
  case emote
  case event
  case fragments
  case id
  case info
  case keepaliveTimeout = "keepalive_timeout_seconds"
  case language
  case mention
  case message
  case messageID = "message_id"
  case messageTimestamp = "message_timestamp"
  case messageType = "message_type"
  case metadata
  case noticeType = "notice_type"
  case parentID = "parent_message_id"
  case parentText = "parent_message_body"
  case parentUserID = "parent_user_id"
  case parentUserLogin = "parent_user_login"
  case parentUserName = "parent_user_name"
  case payload
  case prefix
  case reconnectURL = "reconnect_url"
  case reply
  case session
  case sessionID = "session_id"
  case setID = "set_id"
  case shardID = "shard_id"
  case sourceBadges = "source_badges"
  case sourceBroadcasterID = "source_broadcaster_user_id"
  case sourceBroadcasterLogin = "source_broadcaster_user_login"
  case sourceBroadcasterName = "source_broadcaster_user_name"
  case sourceMessageID = "source_message_id"
  case startedAt = "started_at"
  case status
  case subscription
  case subscriptionType = "subscription_type"
  case systemMessage = "system_message"
  case targetID = "target_user_id"
  case targetLogin = "target_user_login"
  case targetName = "target_user_name"
  case text
  case threadID = "thread_message_id"
  case tier
  case title
  case transport
  case type
  case userID = "user_id"
  case userLogin = "user_login"
  case userName = "user_name"
  /// A key that means nothing here.
  case other = ""

  /// Finds a key whose text had to be unescaped first.
  init(_ text: String) {
    self = JSONField(rawValue: text) ?? .other
  }
}
