import Storage
import Twitch

/// A line from a network's chat, with the rich keys for clients that want them.
struct Line: RoomMessage {
  var stream: StreamID
  /// The stream account whose chat it is.
  var account: AccountID
  var message: ChatMessage
  /// The author's profile image, when it is known already: no line waits for one.
  var picture: String?
  /// What the author wears in this channel, and, in shared chat, where it was written.
  var badges: [WornBadge]
  var sourceBadges: [WornBadge]
  /// When the network delivered it.
  var time: Timestamp
  /// The message's text, made once for all rooms that show it.
  var body: RichText

  var messageID: String { message.id.rawValue }
  var author: Author? { Author(message.chatter.id) }

  func write(to json: inout JSONWriter) {
    json.member("type", message.isAction ? "emote" : "text")
    json.member("stream_id", stream.rawValue)
    json.member("account_id", account.rawValue)
    json.member("network", Network.twitch.rawValue)
    json.member("id", message.id.rawValue)
    json.member("timestamp", time.milliseconds)
    json.member("text", body.text)
    json.member("markdown", body.markdown)
    json.member("from") { $0.person(message.chatter, picture: picture) }
    json.color(message.color)
    json.badges(badges)
    body.writeParts(to: &json)
    writeCheer(to: &json)
    writeContext(to: &json)
  }

  private func writeCheer(to json: inout JSONWriter) {
    guard let bits = message.cheerBits else { return }
    json.member("cheer") { json in
      json.member("bits", bits)
      json.member("cheermotes", array: body.cheermotes) { json, part in
        json.object { json in
          json.member("prefix", part.content.prefix)
          json.member("bits", part.content.bits)
          json.member("tier", part.content.tier)
          json.range(part)
        }
      }
    }
  }

  private func writeContext(to json: inout JSONWriter) {
    if let reply = message.reply {
      json.member("reply") { json in
        json.member("message_id", reply.parentID.rawValue)
        json.member("text", reply.parentText)
        json.member("from") { $0.person(reply.parentUser) }
        json.member("thread_id", ifPresent: reply.threadID?.rawValue)
      }
    }
    if let source = message.source {
      json.member("source") { json in
        json.person(source.broadcaster)
        json.member("message_id", ifPresent: source.messageID?.rawValue)
        json.badges(sourceBadges)
      }
    }
    if message.type != "text" { json.member("message_type", message.type) }
  }
}
