/// Chat as Twitch delivers it: EventSub frames of four kinds of message in turn, each with ids of its own.
struct Talk {
  private var count = 0
  private let run = UInt32.random(in: .min ... .max)

  /// The next message in a channel.
  mutating func next(in channel: Int = 1) -> [UInt8] {
    count += 1
    let number = "\(count)".leftPadded(to: 12)
    let (text, fragments, reply) = Self.lines[count % Self.lines.count]
    return Array(
      """
      {"metadata":{"message_id":"\(run)-5cd1-4b3c-8a7e-\(number)","message_type":"notification",\
      "message_timestamp":"2026-03-14T18:12:20.123456789Z","subscription_type":"channel.chat.message","subscription_version":"1"},\
      "payload":{"subscription":{"id":"f2f9a53f-9544-4f04-aa87-aa2db35ada7d","status":"enabled","type":"channel.chat.message",\
      "version":"1","condition":{"broadcaster_user_id":"\(channel)","user_id":"\(channel)"},"transport":{"method":"conduit",\
      "conduit_id":"4f1c9a52-6d0e-4f7b-9c31-2b8e7d5a1060"},"created_at":"2026-03-01T09:12:44.307122851Z","cost":0},\
      "event":{"broadcaster_user_id":"\(channel)","broadcaster_user_login":"harbor\(channel)",\
      "broadcaster_user_name":"Harbor\(channel)","source_broadcaster_user_id":null,"source_broadcaster_user_login":null,\
      "source_broadcaster_user_name":null,"chatter_user_id":"9001\(count % 500)","chatter_user_login":"mossycobalt\(count % 500)",\
      "chatter_user_name":"MossyCobalt\(count % 500)","message_id":"\(run)-81b6-4146-aad5-\(number)","source_message_id":null,\
      "is_source_only":null,"message":{"text":"\(text)","fragments":[\(fragments)]},"color":"#9ACD32","badges":[{"set_id":"subscriber",\
      "id":"12","info":"16"},{"set_id":"premium","id":"1","info":""}],"source_badges":null,"message_type":"text","cheer":null,\
      "reply":\(reply),"channel_points_custom_reward_id":null,"channel_points_animation_id":null}}}
      """.utf8)
  }

  private static let lines = [
    plain("that was the best part of the whole show so far"),
    (
      text: "Kappa who would have thought of that",
      fragments: """
      {"type":"emote","text":"Kappa","cheermote":null,"emote":{"id":"25","emote_set_id":"0","owner_id":"0","format":["static"]},\
      "mention":null},{"type":"text","text":" who would have thought of that","cheermote":null,"emote":null,"mention":null}
      """,
      reply: "null"
    ),
    plain("lol"),
    (
      text: "@TideWatch the second one, after the break",
      fragments: """
      {"type":"mention","text":"@TideWatch","cheermote":null,"emote":null,"mention":{"user_id":"5551001","user_login":"tidewatch",\
      "user_name":"TideWatch"}},{"type":"text","text":" the second one, after the break","cheermote":null,"emote":null,\
      "mention":null}
      """,
      reply: """
      {"parent_message_id":"fcd9f3d2-1ad8-4f4b-a2a1-4f1de7aa4c10","parent_message_body":"which song is next?",\
      "parent_user_id":"5551001","parent_user_login":"tidewatch","parent_user_name":"TideWatch",\
      "thread_message_id":"fcd9f3d2-1ad8-4f4b-a2a1-4f1de7aa4c10","thread_user_id":"5551001","thread_user_login":"tidewatch",\
      "thread_user_name":"TideWatch"}
      """
    ),
  ]

  /// How many messages show each kind once.
  static var kinds: Int { lines.count }

  private static func plain(_ text: String) -> (text: String, fragments: String, reply: String) {
    (text, #"{"type":"text","text":"\#(text)","cheermote":null,"emote":null,"mention":null}"#, "null")
  }
}

extension String {
  fileprivate func leftPadded(to count: Int) -> String {
    String(repeating: "0", count: max(0, count - utf8.count)) + self
  }
}
