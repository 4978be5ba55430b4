import Storage
import Twitch

/// A line from a network's chat, with the rich keys for clients that want them.
///
/// It is the same in every room that shows it but for the room, so that it is written once, when it is made.
struct Line: RoomMessage {
  var stream: StreamID
  /// The stream account whose chat it is.
  let account: AccountID
  let messageID: String
  let author: Author?
  /// When the network delivered it.
  let time: Timestamp
  private let isAction: Bool
  /// What follows the stream, as JSON.
  private let members: [UInt8]

  /// - Parameters:
  ///   - picture: The author's profile image, when it is known already: no line waits for one.
  ///   - badges: What the author wears in this channel; in shared chat `sourceBadges` are those where it was written.
  ///   - body: The message's text.
  init(
    stream: StreamID, account: AccountID, message: borrowing ChatMessage, picture: String? = nil,
    badges: [WornBadge],
    sourceBadges: [WornBadge], time: Timestamp, body: RichText
  ) {
    self.stream = stream
    self.account = account
    messageID = message.id.rawValue
    author = Author(message.chatter.id)
    self.time = time
    isAction = message.isAction
    var json = JSONWriter()
    json.member("account_id", account.rawValue)
    json.member("network", Network.twitch.rawValue)
    json.member("id", message.id.rawValue)
    json.member("timestamp", time.milliseconds)
    json.member("text", body.text)
    json.member("markdown", utf8: body.markdownBytes.span)
    json.member("from") { $0.person(message.chatter, picture: picture) }
    json.color(message.color)
    json.badges(badges)
    body.writeParts(to: &json)
    json.cheer(of: message, body)
    if let reply = message.reply { json.reply(reply) }
    if let source = message.source { json.source(source, badges: sourceBadges) }
    if message.type != "text" { json.member("message_type", message.type) }
    members = json.bytes
  }

  func write(to json: inout JSONWriter) {
    json.member("type", isAction ? "emote" : "text")
    json.member("stream_id", stream.rawValue)
    json.members(members.span)
  }
}

extension JSONWriter {
  fileprivate mutating func cheer(of message: borrowing ChatMessage, _ body: RichText) {
    guard let bits = message.cheerBits else { return }
    member("cheer") { json in
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

  fileprivate mutating func reply(_ reply: Reply) {
    member("reply") { json in
      json.member("message_id", reply.parentID.rawValue)
      json.member("text", reply.parentText)
      json.member("from") { $0.person(reply.parentUser) }
      json.member("thread_id", ifPresent: reply.threadID?.rawValue)
    }
  }

  fileprivate mutating func source(_ source: SharedSource, badges: [WornBadge]) {
    member("source") { json in
      json.person(source.broadcaster)
      json.member("message_id", ifPresent: source.messageID?.rawValue)
      json.badges(badges)
    }
  }
}
