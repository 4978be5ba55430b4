import Storage
import Twitch

/// What moderators took away, for clients to take away as well.
struct ModerationMessage: ServerMessage {
  enum Kind {
    case message(MessageID)
    case user(TwitchUserID)
    case everything
  }

  var stream: StreamID
  var account: AccountID
  var kind: Kind

  func write(to json: inout JSONWriter) {
    switch kind {
    case .message: json.member("type", "delete")
    case .user, .everything: json.member("type", "clear")
    }
    json.member("stream_id", stream.rawValue)
    json.member("account_id", account.rawValue)
    switch kind {
    case .message(let id): json.member("message_id", id.rawValue)
    case .user(let id): json.member("user_id", id.rawValue)
    case .everything: break
    }
  }
}
