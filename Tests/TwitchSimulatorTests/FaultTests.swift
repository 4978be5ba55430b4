import FoundationEssentials
import HTTPTypes
import Testing
import WebSockets

@testable import TwitchSimulator

@Suite(.minutes) struct FaultTests {
  @Test func theNextCallsFailAndThenNoMore() async throws {
    try await withTwitch { twitch, bot in
      await twitch.add(Simulator.CallFault("GET", "/helix/users", times: 2, status: 503, message: "busy"))
      for status in [503, 503, 200] {
        #expect(try await bot.api(.get, "/users?login=tidewatch").status == status)
      }
      await twitch.add(Simulator.CallFault(nil, "/helix/*", status: 500))
      let empty = try await bot.api(.get, "/streams")
      #expect(empty.status == 500)
      #expect(empty.body == "")
    }
  }

  @Test(arguments: [Simulator.CallFault.Outcome.drop, .lose])
  func aCallWithoutAnAnswerIsCarriedOutOnlyWhenTheAnswerIsLost(outcome: Simulator.CallFault.Outcome) async throws {
    try await withTwitch { twitch, bot in
      await twitch.add(Simulator.CallFault("POST", "/helix/chat/messages", outcome: outcome))
      await #expect(throws: HTTPClientError.self) {
        _ = try await bot.api(
          .post, "/chat/messages",
          ["broadcaster_id": "71092938", "sender_id": "900112233", "message": "did it arrive?"])
      }
      #expect(await twitch.sentMessages().count == (outcome == .lose ? 1 : 0))
    }
  }

  @Test func aShardFailsInsideAnAcceptedPatch() async throws {
    try await withTwitch { twitch, bot in
      let id = try await bot.conduit(shards: 2)
      let session = try await bot.session().id
      await twitch.failShard("1")
      let answer = try await bot.assign([(0, session), (1, session)], of: id)
      #expect(answer.body["errors"]?.array?.compactMap { $0["id"]?.string } == ["1"])
      #expect(try await bot.assign([(1, session)], of: id).body["errors"] == [])
    }
  }

  @Test func drainedBucketsRefuse() async throws {
    try await withTwitch { twitch, bot in
      await twitch.drainRateLimits()
      let refused = try await bot.api(.get, "/streams")
      #expect(refused.status == 429)
      #expect(refused["Ratelimit-Remaining"] == "0")
    }
  }

  @Test func expiredTokensAreRefusedUntilRefreshed() async throws {
    try await withTwitch { twitch, bot in
      try await twitch.expireTokens(of: nil)
      #expect(try await bot.api(.get, "/streams").status == 401)
      let pair = try await twitch.grant(["user:write:chat"], by: "relaydock")
      try await twitch.expireTokens(of: "relaydock", refreshToo: true)
      let refresh = try await bot.form(
        "/oauth2/token",
        Bot.secrets + "&grant_type=refresh_token&refresh_token=" + percentEncoded(pair.refreshToken))
      #expect(refresh.message == "Invalid refresh token")
    }
  }

  @Test func theClockThatClientsSeeCanBeWrong() async throws {
    try await withChat { twitch, bot, socket in
      await twitch.skewClock(by: -3_600)
      try await twitch.say(Simulator.Line(from: "tidewatch", "earlier"), in: "harborlight")
      let skewed = await bot.frame(socket)?["metadata"]?["message_timestamp"]?.string ?? ""
      await twitch.skewClock(by: 0)
      try await twitch.say(Simulator.Line(from: "tidewatch", "now"), in: "harborlight")
      let right = await bot.frame(socket)?["metadata"]?["message_timestamp"]?.string ?? ""
      // RFC 3339 in UTC sorts as text.
      #expect(skewed < right && skewed.prefix(13) != right.prefix(13))
    }
  }

  /// The texts of the frames that one line makes with a fault, read up to the line after it.
  private func frames(_ fault: Simulator.DeliveryFault, _ twitch: Simulator, _ bot: Bot, _ socket: Int) async throws
    -> [JSON]
  {
    await twitch.add(fault)
    try await twitch.say(Simulator.Line(from: "tidewatch", "line Kappa"), in: "harborlight")
    try await twitch.say(Simulator.Line(from: "tidewatch", "end"), in: "harborlight")
    var frames: [JSON] = []
    while let frame = await bot.frame(socket) {
      if frame["payload"]?["event"]?["message"]?["text"] == "end" { break }
      frames.append(frame)
    }
    return frames
  }

  @Test(arguments: [
    (Simulator.DeliveryFault.Kind.duplicate, 2, 1), (.duplicateNewId, 2, 2), (.drop, 0, 0), (.twoShards, 2, 1),
  ])
  func copiesOfANotification(kind: Simulator.DeliveryFault.Kind, count: Int, ids: Int) async throws {
    // One shard only, so that both copies come on the same socket.
    try await withChat { twitch, bot, socket in
      let frames = try await frames(Simulator.DeliveryFault(kind), twitch, bot, socket)
      #expect(frames.count == count)
      #expect(Set(frames.compactMap { $0["metadata"]?["message_id"]?.string }).count == ids)
      #expect(Set(frames.compactMap { $0["payload"]?["event"]?["message_id"]?.string }).count == min(count, 1))
    }
  }

  @Test func arraysMayBeNull() async throws {
    try await withChat { twitch, bot, socket in
      let event = try await frames(Simulator.DeliveryFault(.nullArrays), twitch, bot, socket)[0]["payload"]?["event"]
      #expect(event?["message"]?["fragments"] == .null)
      #expect(event?["badges"] == .null)
      #expect(event?["message"]?["text"] == "line Kappa")
    }
  }

  @Test func valuesMayBeUnknown() async throws {
    try await withChat { twitch, bot, socket in
      let event = try await frames(Simulator.DeliveryFault(.unknownValues), twitch, bot, socket)[0]["payload"]?["event"]
      #expect(event?["message_type"] == "brand_new_kind")
      #expect(event?["message"]?["fragments"]?.array?.first?["type"] == "brand_new_kind")
      #expect(event?["brand_new_key"]?.isObject == true)
    }
  }

  @Test func typesMayBeUnknownAndFramesHuge() async throws {
    try await withChat { twitch, bot, socket in
      let strange = try await frames(Simulator.DeliveryFault(.unknownType), twitch, bot, socket)[0]
      #expect(strange["metadata"]?["subscription_type"] == "channel.brand_new")
      let huge = try await frames(Simulator.DeliveryFault(.huge), twitch, bot, socket)[0]
      #expect(huge["payload"]?["event"]?["brand_new"]?.string?.utf8.count == 1 << 20)
    }
  }

  @Test func framesMayBeBrokenJSON() async throws {
    try await withChat { twitch, bot, socket in
      await twitch.add(Simulator.DeliveryFault(.brokenJSON))
      try await twitch.say(Simulator.Line(from: "tidewatch", "broken"), in: "harborlight")
      let bytes = try #require(await bot.rawFrame(socket))
      #expect(bytes.starts(with: Array(#"{"metadata""#.utf8)))
      #expect(JSON(Data(bytes)) == nil)
    }
  }

  @Test func framesMayBeBrokenUTF8() async throws {
    try await withChat { twitch, bot, socket in
      await twitch.add(Simulator.DeliveryFault(.brokenUTF8))
      try await twitch.say(Simulator.Line(from: "tidewatch", "broken"), in: "harborlight")
      // A proper WebSocket fails the connection (RFC 6455, 8.1).
      #expect(await bot.frame(socket) == nil)
    }
  }

  @Test func aLateOneIsOvertaken() async throws {
    try await withChat { twitch, bot, socket in
      await twitch.add(Simulator.DeliveryFault(.delay, delay: 5))
      for text in ["late", "early"] {
        try await twitch.say(Simulator.Line(from: "tidewatch", text), in: "harborlight")
      }
      #expect(try await bot.event("channel.chat.message", on: socket)["message"]?["text"] == "early")
      try await twitch.advanceClock(by: 5.1)
      #expect(try await bot.event("channel.chat.message", on: socket)["message"]?["text"] == "late")
    }
  }

  @Test func twoSwapPlaces() async throws {
    try await withChat { twitch, bot, socket in
      await twitch.add(Simulator.DeliveryFault(.swap))
      for text in ["first", "second"] {
        try await twitch.say(Simulator.Line(from: "tidewatch", text), in: "harborlight")
      }
      for text in ["second", "first"] {
        #expect(try await bot.event("channel.chat.message", on: socket)["message"]?["text"] == .string(text))
      }
    }
  }

  @Test func aConduitIsDeletedBehindItsOwnersBack() async throws {
    try await withChat { twitch, bot, _ in
      try await twitch.deleteConduit()
      #expect(try await bot.api(.get, "/eventsub/conduits").body["data"] == [])
      let list = try await bot.api(.get, "/eventsub/subscriptions")
      #expect(list.row?["status"] == "conduit_deleted")
    }
  }
}
