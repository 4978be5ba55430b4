import Storage
import Twitch

/// A subscription, a gift, a raid, an announcement: what chat says by itself.
struct NoticeMessage: RoomMessage {
  var stream: StreamID
  var account: AccountID
  var notice: ChatNotice
  var picture: String?
  var badges: [WornBadge]
  var time: Timestamp
  /// What the user wrote along with it.
  var body: RichText

  var messageID: String { notice.id.rawValue }
  var author: Author? { notice.chatter.map { Author($0.id) } }

  func write(to json: inout JSONWriter) {
    json.member("type", "notice")
    json.member("stream_id", stream.rawValue)
    json.member("account_id", account.rawValue)
    json.member("network", Network.twitch.rawValue)
    json.member("id", notice.id.rawValue)
    json.member("timestamp", time.milliseconds)
    json.member("notice_type", notice.noticeType)
    json.member("text", notice.systemMessage)
    if let chatter = notice.chatter {
      json.member("from") { $0.person(chatter, picture: picture) }
    }
    json.color(notice.color)
    json.badges(badges)
    if let source = notice.source {
      json.member("source") { $0.person(source.broadcaster) }
    }
    if !body.text.isEmpty {
      json.member("message", body.text)
      json.member("markdown", utf8: body.markdownBytes.span)
      body.writeParts(to: &json)
    }
  }
}
