/// What a notification is about: the subscription types that the gateway asks for, and everything else as `unknown`.
///
/// What it says is kept behind a reference: it is handed from one to the next on its way, and a copy of all its texts each time would
/// cost more than what is done with them.
public indirect enum Event: Hashable, Sendable {
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

extension Event {
  /// Whose channel it happened in; `nil` when in none.
  var broadcaster: TwitchUserID? {
    switch self {
    case .message(let message): message.broadcaster.id
    case .notice(let notice): notice.broadcaster.id
    case .messageDelete(let delete): delete.broadcaster.id
    case .clear(let broadcaster), .clearUserMessages(let broadcaster, _), .streamOffline(let broadcaster):
      broadcaster.id
    case .streamOnline(let online): online.broadcaster.id
    case .channelUpdate(let update): update.broadcaster.id
    case .shardDisabled, .unknown: nil
    }
  }
}
