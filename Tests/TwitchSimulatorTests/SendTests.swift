import HTTPTypes
import Testing

@testable import TwitchSimulator

@Suite(.minutes) struct SendTests {
  private func send(
    _ text: String, _ bot: Bot, _ more: JSON = [:], token: String? = nil
  ) async throws -> Bot.Answer {
    let body: JSON = ["broadcaster_id": "71092938", "sender_id": "900112233", "message": .string(text)]
    return try await bot.api(.post, "/chat/messages", body.adding(more), token: token)
  }

  private func dropCode(_ answer: Bot.Answer) -> String? {
    #expect(answer.status == 200)
    return answer.row?["drop_reason"]?["code"]?.string
  }

  @Test(arguments: [Simulator.Behavior.Echo.before, .after, .random])
  func aMessageComesBackUnderTheIdOfTheAnswer(echo: Simulator.Behavior.Echo) async throws {
    try await withChat(["channel.chat.message"], { $0.behavior.echo = echo }) { twitch, bot, socket in
      let answer = try await send("hello Kappa", bot)
      #expect(answer.row?["is_sent"] == true)
      #expect(answer.row?["drop_reason"] == .null)
      let event = try await bot.event("channel.chat.message", on: socket)
      #expect(event["message_id"] == answer.row?["message_id"])
      #expect(event["badges"]?.array?.last?["set_id"] == "bot-badge")
      #expect(try await twitch.sentMessage(0).text == "hello Kappa")
    }
  }

  @Test(arguments: [
    ("/me waves", "waves", true), (".me waves", "waves", true), (".foo bar", "bar", false),
    (". .foo bar", ".foo bar", false), ("a\nb", "a b", false), ("  x  ", "x", false),
    ("👩\u{200D}🚀", "👩🚀", false), ("tag\u{E0041}ged", "tagged", false),
  ])
  func textsAreChangedOnTheirWay(raw: String, text: String, isAction: Bool) async throws {
    let sent = try #require(SentText(raw))
    #expect(sent.text == text)
    #expect(sent.isAction == isAction)
  }

  @Test(arguments: ["/me", "/foo", ".foo", "   ", "\u{E0041}"])
  func nothingLeftIsRejected(raw: String) async throws {
    try await withTwitch { _, bot in
      let answer = try await send(raw, bot)
      #expect(dropCode(answer) == "msg_rejected")
    }
  }

  @Test func fiveHundredCodePointsPass() async throws {
    try await withTwitch { twitch, bot in
      #expect(try await send(String(repeating: "é", count: 500), bot).row?["is_sent"] == true)
      let tooLong = try await send(String(repeating: "x", count: 501), bot)
      #expect(tooLong.status == 400)
      await twitch.setBehavior { $0.tooLongStatus = 422 }
      #expect(try await send(String(repeating: "x", count: 501), bot).status == 422)
    }
  }

  @Test func theTokenAndTheGrantsDecide() async throws {
    try await withTwitch { twitch, bot in
      let user = await bot.userToken
      #expect(try await send("as user", bot, token: user).row?["is_sent"] == true)
      let limited = try await send("x", bot, ["for_source_only": true], token: user)
      #expect(limited.message == "Cannot set for_source_only if User Access Token is used")
      let reader = try await twitch.grant(["user:read:chat"], by: "relaydock").accessToken
      #expect(try await send("x", bot, token: reader).message == "Missing user:write:chat scope")
      let foreign: JSON = ["broadcaster_id": "71092938", "sender_id": "5551001", "message": "x"]
      let unauthorized = try await bot.api(.post, "/chat/messages", foreign)
      #expect(unauthorized.status == 401)
      #expect(unauthorized.message?.hasPrefix("The sender must have authorized") == true)
      let elsewhere: JSON = ["broadcaster_id": "40817265", "sender_id": "900112233", "message": "x"]
      let unwelcome = try await bot.api(.post, "/chat/messages", elsewhere)
      #expect(unwelcome.message == "The broadcaster must have authorized the app with the channel:bot scope.")
      try await twitch.setRole(.moderator, of: "relaydock", in: "northpier")
      #expect(try await bot.api(.post, "/chat/messages", elsewhere).row?["is_sent"] == true)
    }
  }

  @Test func plainChattersAreHeldToOneASecondAndNoRepeats() async throws {
    try await withTwitch { twitch, bot in
      #expect(try await dropCode(send("a", bot)) == nil)
      #expect(try await dropCode(send("b", bot)) == "msg_ratelimit")
      try await twitch.advanceClock(by: 1.1)
      #expect(try await dropCode(send("a", bot)) == "msg_duplicate")
      try await twitch.advanceClock(by: 30)
      #expect(try await dropCode(send("a", bot)) == nil)
    }
  }

  @Test func twentyInThirtySecondsAndThenSilenceForAnHour() async throws {
    try await withTwitch { twitch, bot in
      for number in 0..<20 {
        #expect(try await dropCode(send("\(number)", bot)) == nil)
        try await twitch.advanceClock(by: 1.01)
      }
      #expect(try await dropCode(send("over", bot)) == "msg_ratelimit")
      try await twitch.advanceClock(by: 3_500)
      #expect(try await dropCode(send("still", bot)) == "msg_ratelimit")
      try await twitch.setRole(.moderator, of: "relaydock", in: "harborlight")
      #expect(try await dropCode(send("privileged", bot)) == nil)
      try await twitch.setRole(.none, of: "relaydock", in: "harborlight")
      try await twitch.advanceClock(by: 200)
      #expect(try await dropCode(send("again", bot)) == nil)
    }
  }

  @Test(arguments: [
    Simulator.ChatSettings(slowSeconds: 30), Simulator.ChatSettings(followerMinutes: 0),
    Simulator.ChatSettings(subscribersOnly: true), Simulator.ChatSettings(emotesOnly: true),
    Simulator.ChatSettings(unique: true),
  ])
  func roomModesStopPlainChatters(settings: Simulator.ChatSettings) async throws {
    try await withTwitch { twitch, bot in
      _ = try await send("the same words", bot)
      try await twitch.advanceClock(by: 5)
      try await twitch.setChatSettings("harborlight", settings)
      #expect(try await dropCode(send("the same words", bot)) == "channel_settings")
      try await twitch.setRole(.vip, of: "relaydock", in: "harborlight")
      #expect(try await dropCode(send("the same words", bot)) == nil)
    }
  }

  @Test func bansAndTimeOutsAnswerDifferently() async throws {
    try await withTwitch { twitch, bot in
      try await twitch.ban("relaydock", in: "harborlight", seconds: 60)
      #expect(try await dropCode(send("a", bot)) == "user_timed_out")
      try await twitch.advanceClock(by: 61)
      #expect(try await dropCode(send("a", bot)) == nil)
      try await twitch.ban("relaydock", in: "harborlight")
      #expect(try await send("b", bot).status == 403)
    }
  }

  @Test func aReplyNeedsAParentThatIsThere() async throws {
    try await withChat { twitch, bot, socket in
      let parent = try await twitch.say(Simulator.Line(from: "tidewatch", "one"), in: "harborlight")
      let reply: JSON = ["reply_parent_message_id": JSON(parent.id)]
      #expect(try await dropCode(send("two", bot, reply)) == nil)
      _ = try await bot.event("channel.chat.message", on: socket)
      #expect(try await bot.event("channel.chat.message", on: socket)["message"]?["text"] == "@TideWatch two")
      try await twitch.deleteMessage(parent.id, in: "harborlight")
      let refused = try await send("three", bot, reply)
      #expect(refused.status == 400)
      #expect(refused.body["data"] == [])
    }
  }

  @Test(arguments: [true, false])
  func autoModHoldsAndSomebodyDecides(approve: Bool) async throws {
    let types = [
      "channel.chat.user_message_hold", "channel.chat.user_message_update", "channel.chat.message",
    ]
    try await withChat(types) { twitch, bot, socket in
      #expect(try await dropCode(send("please automodme", bot)) == "automod_held")
      let hold = try await bot.event("channel.chat.user_message_hold", on: socket)
      let id = Identifier<Simulator.Message>(try #require(hold["message_id"]?.string))
      try await twitch.decideHeldMessage(id, approve: approve)
      let update = try await bot.event("channel.chat.user_message_update", on: socket)
      #expect(update["status"] == (approve ? "approved" : "denied"))
      if approve { _ = try await bot.event("channel.chat.message", on: socket) }
    }
  }

  @Test func announcementsComeAsNotices() async throws {
    try await withChat(["channel.chat.notification"]) { twitch, bot, socket in
      let token = try await twitch.grant(["moderator:manage:announcements"], by: "harborlight").accessToken
      let path = "/chat/announcements?broadcaster_id=71092938&moderator_id=71092938"
      let body: JSON = ["message": "soon", "color": "purple"]
      #expect(try await bot.api(.post, path, body, token: token).status == 204)
      let event = try await bot.event("channel.chat.notification", on: socket)
      #expect(event["announcement"] == ["color": "PURPLE"])
      #expect(try await bot.api(.post, path, body, token: token).status == 429)
    }
  }
}
