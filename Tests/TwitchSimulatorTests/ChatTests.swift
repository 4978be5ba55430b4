import Testing

@testable import TwitchSimulator

@Suite(.minutes) struct ChatTests {
  @Test func emotesCheersAndMentionsAreCutOut() async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.say(
        Simulator.Line(from: "tidewatch", "gg Kappa  @RelayDock, Cheer100 harborHype @nobody"), in: "harborlight")
      let event = try await bot.event("channel.chat.message", on: socket)
      let fragments = try #require(event["message"]?["fragments"]?.array)
      #expect(
        fragments.compactMap { $0["type"]?.string } == [
          "text", "emote", "text", "mention", "text", "cheermote", "text", "emote", "text",
        ])
      #expect(fragments.compactMap { $0["text"]?.string }.joined() == event["message"]?["text"]?.string)
      #expect(
        fragments[1]["emote"]
          == ["id": "25", "emote_set_id": "0", "owner_id": "0", "format": ["static"]])
      #expect(fragments[3]["mention"]?["user_id"] == "900112233")
      #expect(fragments[5]["cheermote"]?["bits"] == 100)
      #expect(event["cheer"] == ["bits": 100])
      #expect(fragments[7]["emote"]?["id"]?.string?.count == "emotesv2_".count + 32)
    }
  }

  @Test func anActionIsWrappedInTheTextAlone() async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.say(Simulator.Line(from: "tidewatch", "waves", action: true), in: "harborlight")
      let message = try await bot.event("channel.chat.message", on: socket)["message"]
      #expect(message?["text"] == "\u{1}ACTION waves\u{1}")
      #expect(message?["fragments"]?.array?.first?["text"] == "waves")
    }
  }

  @Test func aReplyNamesItsParentAndThread() async throws {
    try await withChat { twitch, bot, socket in
      let first = try await twitch.say(Simulator.Line(from: "tidewatch", "one"), in: "harborlight")
      let second = try await twitch.say(
        Simulator.Line(from: "northpier", "two", replyTo: first.id), in: "harborlight")
      try await twitch.say(Simulator.Line(from: "tidewatch", "three", replyTo: second.id), in: "harborlight")
      for _ in 0..<2 { _ = try await bot.event("channel.chat.message", on: socket) }
      let event = try await bot.event("channel.chat.message", on: socket)
      #expect(event["message"]?["text"] == "@NorthPier three")
      #expect(event["message"]?["fragments"]?.array?.first?["type"] == "mention")
      #expect(event["reply"]?["parent_message_id"] == JSON(second.id))
      #expect(event["reply"]?["thread_message_id"] == JSON(first.id))
      #expect(event["reply"]?["thread_user_login"] == "tidewatch")
    }
  }

  @Test func whoIsBannedSaysNothing() async throws {
    try await withTwitch { twitch, _ in
      try await twitch.ban("tidewatch", in: "harborlight", seconds: 10)
      await #expect(throws: SimulatorError.invalid("tidewatch is banned from harborlight")) {
        try await twitch.say(Simulator.Line(from: "tidewatch", "let me"), in: "harborlight")
      }
      try await twitch.advanceClock(by: 11)
      try await twitch.say(Simulator.Line(from: "tidewatch", "back"), in: "harborlight")
    }
  }

  @Test func badgesFollowRoles() async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.setRole(.subscriber, of: "tidewatch", in: "harborlight", months: 16)
      try await twitch.say(Simulator.Line(from: "tidewatch", "hi"), in: "harborlight")
      let badges = try await bot.event("channel.chat.message", on: socket)["badges"]
      #expect(badges == [["id": "12", "info": "16", "set_id": "subscriber"]])
    }
  }

  @Test func moderationIsTold() async throws {
    let types = [
      "channel.chat.message", "channel.chat.message_delete", "channel.chat.clear", "channel.chat.clear_user_messages",
    ]
    try await withChat(types) { twitch, bot, socket in
      let message = try await twitch.say(Simulator.Line(from: "tidewatch", "oops"), in: "harborlight")
      _ = try await bot.event("channel.chat.message", on: socket)
      try await twitch.deleteMessage(message.id, in: "harborlight")
      let deletion = try await bot.event("channel.chat.message_delete", on: socket)
      #expect(deletion["message_id"] == JSON(message.id))
      #expect(deletion["target_user_id"] == "5551001")
      try await twitch.ban("tidewatch", in: "harborlight", seconds: 60)
      #expect(
        try await bot.event("channel.chat.clear_user_messages", on: socket)["target_user_login"] == "tidewatch")
      try await twitch.clearChat("harborlight")
      #expect(try await bot.event("channel.chat.clear", on: socket)["broadcaster_user_login"] == "harborlight")
      #expect(try await twitch.messages(in: "harborlight").allSatisfy(\.deleted))
    }
  }

  @Test(arguments: [
    "sub", "resub", "sub_gift", "community_sub_gift", "gift_paid_upgrade", "prime_paid_upgrade", "pay_it_forward",
    "raid", "unraid", "announcement", "bits_badge_tier", "charity_donation", "watch_streak", "modiversary",
  ])
  func aNoticeFillsItsOwnSlotAlone(type: String) async throws {
    try await withChat(["channel.chat.notification"]) { twitch, bot, socket in
      try await twitch.notify(
        Simulator.Notice(type, from: "tidewatch", months: 4, count: 3, recipient: "northpier"), in: "harborlight")
      let event = try await bot.event("channel.chat.notification", on: socket)
      #expect(event["notice_type"] == .string(type))
      #expect(event[type]?.isObject == true)
      #expect(event["shared_chat_sub"] == .null)
      #expect(event["system_message"]?.string?.isEmpty == (type == "announcement"))
    }
  }

  @Test func anAnonymousGifterHasNoName() async throws {
    try await withChat(["channel.chat.notification"]) { twitch, bot, socket in
      try await twitch.notify(Simulator.Notice("community_sub_gift", from: nil, count: 5), in: "harborlight")
      let event = try await bot.event("channel.chat.notification", on: socket)
      #expect(event["chatter_user_id"] == .null)
      #expect(event["chatter_is_anonymous"] == true)
    }
  }

  @Test func aSharedChatHasAnIdPerChannel() async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.shareChat(["northpier", "harborlight"])
      let said = try await twitch.say(Simulator.Line(from: "tidewatch", "hello both"), in: "northpier")
      let event = try await bot.event("channel.chat.message", on: socket)
      #expect(event["broadcaster_user_login"] == "harborlight")
      #expect(event["source_broadcaster_user_login"] == "northpier")
      #expect(event["source_message_id"] == JSON(said.id))
      #expect(event["message_id"] != JSON(said.id))
      try await twitch.say(Simulator.Line(from: "tidewatch", "only there", sourceOnly: true), in: "northpier")
      try await twitch.say(Simulator.Line(from: "tidewatch", "local"), in: "harborlight")
      let local = try await bot.event("channel.chat.message", on: socket)
      #expect(local["message"]?["text"] == "local")
      #expect(local["source_broadcaster_user_id"] == .null)
      #expect(local["is_source_only"] == false)
      try await twitch.shareChat(["harborlight"])
      try await twitch.say(Simulator.Line(from: "tidewatch", "not shared"), in: "northpier")
      try await twitch.say(Simulator.Line(from: "tidewatch", "alone"), in: "harborlight")
      let alone = try await bot.event("channel.chat.message", on: socket)
      #expect(alone["message"]?["text"] == "alone")
      #expect(alone["is_source_only"] == .null)
    }
  }

  @Test func aStreamAnnouncesItself() async throws {
    try await withChat(["stream.online", "stream.offline", "channel.update"]) { twitch, bot, socket in
      try await twitch.goLive("harborlight")
      #expect(try await bot.event("stream.online", on: socket)["type"] == "live")
      try await twitch.updateChannel("harborlight", Simulator.ChannelChange(viewers: 10))
      try await twitch.updateChannel("harborlight", Simulator.ChannelChange(title: "new"))
      #expect(try await bot.event("channel.update", on: socket)["title"] == "new")
      try await twitch.goOffline("harborlight")
      #expect(try await bot.event("stream.offline", on: socket)["broadcaster_user_id"] == "71092938")
    }
  }

  @Test func timestampsHaveNanosecondsWithoutTrailingZeros() {
    #expect(Moment(nanoseconds: 1_773_511_200_725_634_020).timestamp == "2026-03-14T18:00:00.72563402Z")
    #expect(Moment(nanoseconds: 1_773_511_200_000_000_000).timestamp == "2026-03-14T18:00:00Z")
    #expect(Moment(nanoseconds: 951_782_400_000_000_001).timestamp == "2000-02-29T00:00:00.000000001Z")
  }
}
