/// What a notification is about: the subscription types that the gateway asks for, and everything else as `unknown`.
public enum Event: Hashable, Sendable {
  /// `channel.chat.message`: somebody wrote.
  case message(ChatMessage)
  /// `channel.chat.notification`: a subscription, a gift, a raid, an announcement, …
  case notice(ChatNotice)
  /// `channel.chat.message_delete`: a moderator took one message out.
  case messageDelete(MessageDelete)
  /// `channel.chat.clear`: the whole chat of a broadcaster was emptied.
  case clear(broadcaster: ChatUser)
  /// `channel.chat.clear_user_messages`: a ban or a time-out took out all that one user had written.
  case clearUserMessages(broadcaster: ChatUser, target: ChatUser)
  /// `stream.online`: a broadcaster went live.
  case streamOnline(StreamOnline)
  /// `stream.offline`: a broadcaster's stream ended.
  case streamOffline(broadcaster: ChatUser)
  /// `channel.update`: title, category or language changed.
  case channelUpdate(ChannelUpdate)
  /// `conduit.shard.disabled`: Twitch stopped delivering to a shard. The pool acts on it.
  case shardDisabled(ShardDisabled)
  /// A type that this program does not read; to be skipped.
  case unknown(type: SubscriptionType)
}

/// One chat message that a moderator deleted.
public struct MessageDelete: Hashable, Sendable {
  /// The channel it was in.
  public var broadcaster: ChatUser
  /// Who had written it.
  public var target: ChatUser
  /// Which message it was.
  public var messageID: MessageID

  /// Creates the event.
  public init(broadcaster: ChatUser, target: ChatUser, messageID: MessageID) {
    self.broadcaster = broadcaster
    self.target = target
    self.messageID = messageID
  }
}

/// A stream that began.
public struct StreamOnline: Hashable, Sendable {
  /// Whose stream it is.
  public var broadcaster: ChatUser
  /// Twitch's id of the broadcast.
  public var streamID: String?
  /// Mostly `live`; historically also `rerun`, `playlist` and others.
  public var type: String
  /// When it began, as Twitch wrote it (RFC 3339).
  public var startedAt: String?

  /// Creates the event.
  public init(broadcaster: ChatUser, streamID: String? = nil, type: String = "live", startedAt: String? = nil) {
    self.broadcaster = broadcaster
    self.streamID = streamID
    self.type = type
    self.startedAt = startedAt
  }
}

/// What a channel says about itself since its last change.
public struct ChannelUpdate: Hashable, Sendable {
  /// The channel.
  public var broadcaster: ChatUser
  /// The title of the stream.
  public var title: String
  /// The category ("game") by name; empty when there is none.
  public var categoryName: String
  /// The language of the broadcast as a two-letter code, or `other`.
  public var language: String

  /// Creates the event.
  public init(broadcaster: ChatUser, title: String, categoryName: String = "", language: String = "") {
    self.broadcaster = broadcaster
    self.title = title
    self.categoryName = categoryName
    self.language = language
  }
}

/// A shard that Twitch delivers nothing to any more.
public struct ShardDisabled: Hashable, Sendable {
  /// The conduit it belongs to.
  public var conduitID: ConduitID
  /// Which of its shards.
  public var shardID: ShardID
  /// Why, in Twitch's words; an open set.
  public var status: String
  /// The session that it was assigned to; `nil` for a webhook.
  public var sessionID: SessionID?

  /// Creates the event.
  public init(conduitID: ConduitID, shardID: ShardID, status: String, sessionID: SessionID? = nil) {
    self.conduitID = conduitID
    self.shardID = shardID
    self.status = status
    self.sessionID = sessionID
  }
}
