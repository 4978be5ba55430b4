import Testing

@testable import Twitch

@Suite struct ChatMessageTests {
  private func message(_ sample: Sample) throws -> ChatMessage {
    guard case .notification(let notification) = try decoded(Array(sample.data)),
      case .message(let message) = notification.event
    else { throw EventSubError.unreadable("no chat message") }
    return message
  }

  private func message(_ name: String) throws -> ChatMessage {
    try message(Sample("notification_channel_chat_message_\(name)"))
  }

  /// A frame whose event has these keys besides the ids.
  private func message(with keys: String) throws -> ChatMessage {
    try message(
      Sample(
        json: #"""
          {"metadata":{"message_id":"n","message_type":"notification","subscription_type":"channel.chat.message"},
          "payload":{"subscription":{"id":"s"},"event":{"broadcaster_user_id":"1","chatter_user_id":"2","message_id":"m",\#(keys)}}}
          """#))
  }

  private let tidewatch = ChatUser(id: "5551001", login: "tidewatch", name: "TideWatch")
  private let kappa = Emote(id: "25")

  @Test func aPlainMessageHasEverything() throws {
    let text = "evening all, audio is fine here"
    let expected = ChatMessage(
      id: "fcd9f3d2-85bf-4ab0-a430-21abdf811787",
      broadcaster: ChatUser(id: "71092938", login: "harborlight", name: "HarborLight"), chatter: tidewatch,
      body: ChatText(text, fragments: [Fragment(text)]), color: "#1E90FF",
      badges: [Badge(setID: "subscriber", id: "12", info: "16")])
    #expect(try message("plain") == expected)
  }

  @Test func anActionLosesItsWrapper() throws {
    let message = try message("me_action")
    #expect(message.isAction)
    #expect(message.text == "waves at the harbor Kappa")
    #expect(message.fragments == [Fragment("waves at the harbor "), Fragment("Kappa", .emote(kappa))])
  }

  @Test(arguments: [
    (#"\u0001ACTION waves\u0001"#, "waves", true),
    (#"\u0001ACTION waves"#, "waves", true),
    (#"\u0001ACTION \u0001"#, "", true),
    (#"\u0001ACTION \u0301waves\u0001"#, "\u{301}waves", true),
    ("ACTION waves", "ACTION waves", false),
    (#"\u0001action waves"#, "action waves", false),
    (#"say \u0001ACTION waves\u0001"#, "say ACTION waves", false),
    (#"\u0001ACTION a \u0001 b\u0001"#, "a  b", true),
  ])
  func onlyTheExactWrapperMakesAnAction(text: String, expected: String, isAction: Bool) throws {
    let message = try message(with: #""message":{"text":"\#(text)","fragments":[]}"#)
    #expect(message.text == expected)
    #expect(message.isAction == isAction)
  }

  @Test func emotesAreFragments() throws {
    let hype = Emote(id: "emotesv2_5692357ae2d64d85b00c1f38de18610e")
    #expect(
      try message("emote").fragments == [
        Fragment("gg "), Fragment("Kappa", .emote(kappa)), Fragment(" "), Fragment("harborHype", .emote(hype)),
        Fragment("  wow"),
      ])
  }

  @Test func cheermotesAndTheirSumAreRead() throws {
    let message = try message("cheer")
    #expect(message.cheerBits == 105)
    #expect(
      message.fragments == [
        Fragment("Cheer100", .cheermote(Cheermote(prefix: "cheer", bits: 100, tier: 100))),
        Fragment(" take my bits "), Fragment("uni5", .cheermote(Cheermote(prefix: "uni", bits: 5, tier: 1))),
      ])
  }

  @Test func mentionsNameTheUser() throws {
    let user = ChatUser(id: "5551009", login: "quaymaster", name: "QuayMaster")
    #expect(
      try message("mention").fragments == [
        Fragment("ask "), Fragment("@QuayMaster", .mention(user)), Fragment(" about it"),
      ])
  }

  @Test func aReplyNamesItsParent() throws {
    let parent: MessageID = "fcd9f3d2-85bf-4ab0-a430-21abdf811787"
    #expect(
      try message("reply").reply
        == Reply(
          parentID: parent, parentText: "evening all, audio is fine here", parentUser: tidewatch, threadID: parent))
  }

  @Test func noColorAndNoBadgesAreNone() throws {
    let message = try message("no_color_no_badges")
    #expect(message.color == nil)
    #expect(message.badges.isEmpty)
  }

  @Test(arguments: [
    ("#1e90Ff", "#1e90Ff"), ("", nil), ("red", nil), ("#12345", nil), ("#12345g", nil), ("#1234567", nil),
  ])
  func onlyAColorIsAColor(color: String, expected: String?) throws {
    #expect(try message(with: #""message":{"text":"a"},"color":"\#(color)""#).color == expected)
  }

  @Test func unicodeIsKeptAsItIs() throws {
    let message = try message("unicode")
    #expect(Array(message.text.unicodeScalars) == Array("日本語テスト 👩\u{200D}🚀 \u{E9} \u{FDFD}".unicodeScalars))
    #expect(message.chatter.name == "潮風")
    #expect(message.chatter.login == "shiokaze_jp")
  }

  @Test func sharedChatNamesItsSource() throws {
    let message = try message("shared_from_other")
    #expect(
      message.source
        == SharedSource(
          broadcaster: ChatUser(id: "40817265", login: "northpier", name: "NorthPier"),
          messageID: "95b692f2-d030-451b-a3d1-6180b8b620a2", badges: [Badge(setID: "subscriber", id: "3", info: "3")]))
    #expect(try self.message("shared_local").source == nil)
  }

  @Test func theOwnChannelAsSourceIsNoSource() throws {
    let message = try message(with: #""source_broadcaster_user_id":"1","message":{"text":"a"}"#)
    #expect(message.source == nil)
  }

  @Test(arguments: [
    ("channel_points_highlight", "channel_points_highlighted"), ("user_intro", "user_intro"),
    ("power_up_effect", "power_ups_message_effect"), ("power_up_gigantified", "power_ups_gigantified_emote"),
    ("channel_points_reward", "text"),
  ])
  func theTypeIsKept(name: String, type: String) throws {
    #expect(try message(name).type == type)
  }

  @Test(arguments: [
    #""message":{"text":"hi there","fragments":null},"badges":null"#,
    #""message":{"text":"hi there","fragments":[]}"#,
    #""message":{"text":"hi there"}"#,
    #""message":{"text":"hi there","fragments":[{"type":"text","text":"hi"}]}"#,
    #""message":{"text":"hi there","fragments":[null,7,"x"]}"#,
  ])
  func fragmentsThatDoNotCoverTheTextGiveWayToIt(keys: String) throws {
    let message = try message(with: keys)
    #expect(message.fragments == [Fragment("hi there")])
    #expect(message.badges.isEmpty)
  }

  @Test func anUnknownFragmentIsText() throws {
    let message = try message(
      with: #""message":{"text":"a b","fragments":[{"type":"sticker","text":"a "},{"type":"emote","text":"b"}]}"#)
    #expect(message.fragments == [Fragment("a "), Fragment("b")])
  }

  @Test func unknownValuesAreKept() throws {
    let message = try message(
      with: #""message":{"text":"a"},"message_type":"hologram","badges":[{"set_id":"new","id":"x"},{},5]"#)
    #expect(message.type == "hologram")
    #expect(message.badges == [Badge(setID: "new", id: "x")])
  }

  @Test(arguments: [#""message":null"#, #""message":{}"#, #""message":{"text":"a"},"chatter_user_id":null"#, #""x":1"#])
  func withoutTextOrIdsThereIsNoMessage(keys: String) {
    #expect(throws: EventSubError.self) { try message(with: keys) }
  }
}
