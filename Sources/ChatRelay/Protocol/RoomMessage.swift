import Storage
import Twitch

/// Something that a room hears and remembers. It gets its cursor from there.
protocol RoomMessage: ServerMessage {
  var kind: HistoryEntry.Kind { get }
  /// The stream account whose chat it is in.
  var account: AccountID { get }
  /// The message's own id, or that of the message that moderation took away; empty when there is none.
  var messageID: String { get }
  /// Who wrote it, or whose messages moderation took away.
  var author: Author? { get }
  /// The only users who may see it; `nil` when everybody in the room may.
  var audience: Set<UserID>? { get }
  /// When it was said, by the network's clock.
  var time: Timestamp { get }
}

extension RoomMessage {
  var kind: HistoryEntry.Kind { .message }
  var audience: Set<UserID>? { nil }

  /// The payload of the frame, with the place in the room's history.
  func encoded(at cursor: Cursor) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      write(to: &json)
      json.member("cursor", cursor)
    }
    return json.bytes
  }

  /// What the room keeps of it.
  func entry(at cursor: Cursor) -> HistoryEntry {
    HistoryEntry(
      number: cursor.number, time: time.milliseconds, kind: kind, account: account, messageID: messageID,
      author: author, audience: audience, payload: encoded(at: cursor))
  }
}

extension Author {
  /// Somebody who chats on Twitch.
  init(_ user: TwitchUserID) {
    self.init(network: Network.twitch.rawValue, id: user.rawValue)
  }
}
