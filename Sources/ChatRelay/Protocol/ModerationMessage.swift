import Storage
import Twitch

/// What moderators took away, for clients to take away as well.
struct ModerationMessage: RoomMessage {
  enum What {
    case message(MessageID)
    case user(TwitchUserID)
    case everything
  }

  var stream: StreamID
  var account: AccountID
  var what: What
  var time: Timestamp

  var kind: HistoryEntry.Kind { .moderation }

  /// What rooms forget.
  var removal: Removal {
    switch what {
    case .message(let id): .message(id.rawValue, in: account)
    case .user(let id): .author(Author(id), in: account)
    case .everything: .chat(account)
    }
  }

  var messageID: String {
    if case .message(let id) = what { id.rawValue } else { "" }
  }

  var author: Author? {
    if case .user(let id) = what { Author(id) } else { nil }
  }

  func write(to json: inout JSONWriter) {
    switch what {
    case .message: json.member("type", "delete")
    case .user, .everything: json.member("type", "clear")
    }
    json.member("stream_id", stream.rawValue)
    json.member("account_id", account.rawValue)
    switch what {
    case .message(let id): json.member("message_id", id.rawValue)
    case .user(let id): json.member("user_id", id.rawValue)
    case .everything: break
    }
  }
}
