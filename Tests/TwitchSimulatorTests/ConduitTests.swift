import HTTPTypes
import Testing

@testable import TwitchSimulator

@Suite(.minutes) struct ConduitTests {
  private func shards(of id: String, _ bot: Bot, status: String = "") async throws -> [JSON] {
    let answer = try await bot.api(.get, "/eventsub/conduits/shards?conduit_id=\(id)\(status)")
    return answer.body["data"]?.array ?? []
  }

  @Test func aFreshConduitListsNoShards() async throws {
    try await withTwitch { _, bot in
      let id = try await bot.conduit(shards: 3)
      #expect(try await shards(of: id, bot) == [])
      let list = try await bot.api(.get, "/eventsub/conduits")
      #expect(list.row == ["id": .string(id), "shard_count": 3])
    }
  }

  @Test(arguments: [0, -1, 20_001])
  func theShardCountHasBounds(count: Int) async throws {
    try await withTwitch { _, bot in
      let answer = try await bot.api(.post, "/eventsub/conduits", ["shard_count": .int(count)])
      #expect(answer.status == 400)
      #expect(answer.message == "invalid shard count")
    }
  }

  /// TwitchIO and pyTwitchAPI put a call's fields into the query.
  @Test func fieldsMayComeInTheQuery() async throws {
    try await withTwitch { twitch, bot in
      let made = try await bot.api(.post, "/eventsub/conduits?shard_count=2")
      let id = try #require(made.row?["id"]?.string)
      let resized = try await bot.api(.patch, "/eventsub/conduits?id=\(id)&shard_count=3")
      #expect(resized.row?["shard_count"] == 3)
      let sent = try await bot.api(
        .post, "/chat/messages?broadcaster_id=71092938&sender_id=900112233&message=from%20the%20query")
      #expect(sent.row?["is_sent"] == true)
      #expect(try await twitch.sentMessage(0).text == "from the query")
    }
  }

  @Test func fiveConduitsAreTheLimitAndOthersAreInvisible() async throws {
    let other = Simulator.Client(id: "other", secret: "othersecret")
    try await withTwitch({ $0.clients.append(other) }) { twitch, bot in
      let foreign = try await twitch.addConduit(client: "other")
      for _ in 0..<5 { _ = try await bot.conduit(shards: 1) }
      let sixth = try await bot.api(.post, "/eventsub/conduits", ["shard_count": 1])
      #expect(sixth.status == 429)
      #expect(sixth["Ratelimit-Remaining"] != "0")
      #expect(try await bot.api(.get, "/eventsub/conduits").body["data"]?.array?.count == 5)
      #expect(try await bot.api(.delete, "/eventsub/conduits?id=\(foreign)").status == 404)
    }
  }

  @Test func aPatchSucceedsForSomeShardsOnly() async throws {
    try await withTwitch { _, bot in
      let id = try await bot.conduit(shards: 2)
      let session = try await bot.session().id
      let answer = try await bot.assign([(0, session), (1, "gone"), (2, session)], of: id)
      #expect(answer.status == 202)
      #expect(answer.body["data"]?.array?.count == 1)
      #expect(answer.body["errors"]?.array?.compactMap { $0["id"]?.string } == ["1", "2"])
      #expect(answer.body["errors"]?.array?.allSatisfy { $0["code"] == "invalid_parameter" } == true)
    }
  }

  @Test func aMalformedShardFailsTheWholePatch() async throws {
    try await withTwitch { _, bot in
      let id = try await bot.conduit(shards: 2)
      let session = try await bot.session().id
      let answer = try await bot.api(
        .patch, "/eventsub/conduits/shards",
        [
          "conduit_id": .string(id),
          "shards": [
            ["id": "0", "transport": ["method": "websocket", "session_id": .string(session)]], ["id": "1"],
          ],
        ])
      #expect(answer.status == 400)
      #expect(answer.message == "Missing required parameter \"\"")
      #expect(try await shards(of: id, bot) == [])
    }
  }

  @Test func aLostSocketDisablesItsShardAndSaysSo() async throws {
    try await withTwitch { twitch, bot in
      let conduit = try await bot.connectedConduit(shards: 2)
      try await bot.subscribe(
        "conduit.shard.disabled", ["client_id": JSON(Simulator.Client.example.id)], conduit: conduit.id)
      try await twitch.dropSockets(conduit.sessions[0], code: 4006)
      let event = try await bot.event("conduit.shard.disabled", on: conduit.sockets[1])
      #expect(event["shard_id"] == "0")
      #expect(event["status"] == "websocket_network_error")
      #expect(event["transport"]?["session_id"] == .string(conduit.sessions[0]))
      #expect(event["transport"]?["disconnected_at"]?.string != nil)
      #expect(try await shards(of: conduit.id, bot, status: "&status=enabled").count == 1)
    }
  }

  @Test func aNotificationForADisabledShardIsTriedOnOneOther() async throws {
    try await withTwitch { twitch, bot in
      let conduit = try await bot.connectedConduit(shards: 2)
      try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit.id)
      let home = Int(stableHash("71092938") % 2)
      try await twitch.disableShard(String(home))
      try await twitch.say(Simulator.Line(from: "tidewatch", "by the other way"), in: "harborlight")
      let event = try await bot.event("channel.chat.message", on: conduit.sockets[1 - home])
      #expect(event["message"]?["text"] == "by the other way")
      try await twitch.disableShard(String(1 - home))
      try await twitch.say(Simulator.Line(from: "tidewatch", "lost"), in: "harborlight")
      let counters = await twitch.counters()
      #expect(counters.retried == 1)
      #expect(counters.lost == 1)
    }
  }

  @Test func oneChannelKeepsToItsShard() async throws {
    try await withTwitch { twitch, bot in
      let conduit = try await bot.connectedConduit(shards: 3)
      try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit.id)
      let home = conduit.sockets[Int(stableHash("71092938") % 3)]
      for number in 0..<5 {
        try await twitch.say(Simulator.Line(from: "tidewatch", "\(number)"), in: "harborlight")
        #expect(try await bot.event("channel.chat.message", on: home)["message"]?["text"] == .string("\(number)"))
      }
    }
  }

  @Test func aConduitWithoutShardsEndsAfter72Hours() async throws {
    try await withTwitch { twitch, bot in
      let conduit = try await bot.connectedConduit()
      try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit.id)
      try await twitch.advanceClock(by: 100 * 3_600)
      #expect(await twitch.conduits().count == 1)
      try await twitch.dropSockets("all", code: nil)
      try await twitch.advanceClock(by: 71 * 3_600)
      #expect(await twitch.conduits().count == 1)
      try await twitch.advanceClock(by: 2 * 3_600)
      #expect(await twitch.conduits().isEmpty)
      #expect(await twitch.subscriptions().map(\.status) == ["conduit_deleted"])
    }
  }

  @Test(arguments: [true, false])
  func surplusShardsStayOnlyWithTheBug(hasBug: Bool) async throws {
    try await withTwitch({ $0.behavior.shrinkLeavesShards = hasBug }) { _, bot in
      let conduit = try await bot.connectedConduit(shards: 2)
      let answer = try await bot.api(
        .patch, "/eventsub/conduits", ["id": .string(conduit.id), "shard_count": 1])
      #expect(answer.row?["shard_count"] == 1)
      #expect(try await shards(of: conduit.id, bot).count == (hasBug ? 2 : 1))
    }
  }

  @Test func shardsSwapTheirSessionsInOneCall() async throws {
    try await withTwitch { twitch, bot in
      let conduit = try await bot.connectedConduit(shards: 2)
      let answer = try await bot.assign(
        [(0, conduit.sessions[1]), (1, conduit.sessions[0])], of: conduit.id)
      #expect(answer.body["errors"] == [])
      #expect(await twitch.conduits()[0].shards.map(\.session?.rawValue) == conduit.sessions.reversed())
    }
  }
}
