import HTTPTypes
import Testing

@testable import TwitchSimulator

@Suite(.minutes) struct SubscriptionTests {
  /// What must have been granted for a bot to read a chat through a conduit.
  @Test(
    arguments: [
      (["user:read:chat", "user:bot"], ["channel:bot"], false, 202),
      (["user:read:chat", "user:bot"], [], true, 202),
      (["user:read:chat", "user:bot"], [], false, 403),
      (["user:read:chat"], ["channel:bot"], false, 403),
      (["user:bot"], ["channel:bot"], true, 403),
    ] as [([String], [String], Bool, Int)])
  func readingAChatTakesGrants(reader: [String], owner: [String], moderates: Bool, status: Int) async throws {
    try await withTwitch { twitch, bot in
      _ = try await twitch.grant(reader, by: "tidewatch")
      if !owner.isEmpty { _ = try await twitch.grant(owner, by: "northpier") }
      if moderates { try await twitch.setRole(.moderator, of: "tidewatch", in: "northpier") }
      let conduit = try await bot.conduit(shards: 1)
      let answer = try await bot.subscribe(
        "channel.chat.message", ["broadcaster_user_id": "40817265", "user_id": "5551001"], conduit: conduit)
      #expect(answer.status == status)
      if status == 403 { #expect(answer.message == "subscription missing proper authorization") }
    }
  }

  @Test(
    arguments: [
      ("channel.chat.message", "2", Somebody.chat), ("channel.update", "1", Somebody.channel),
      ("channel.nothing", "1", Somebody.channel), ("channel.chat.message", "1", Somebody.channel),
      ("stream.online", "1", ["broadcaster_user_id": "404404"]),
    ] as [(String, String, JSON)])
  func whatDoesNotExistIsRefused(type: String, version: String, condition: JSON) async throws {
    try await withTwitch { _, bot in
      let conduit = try await bot.conduit(shards: 1)
      #expect(try await bot.subscribe(type, version: version, condition, conduit: conduit).status == 400)
    }
  }

  @Test func theTransportDecidesWhichTokenItTakes() async throws {
    try await withTwitch { _, bot in
      let (_, session) = try await bot.session()
      let request: JSON = [
        "type": "channel.chat.message", "version": "1", "condition": Somebody.chat,
        "transport": ["method": "websocket", "session_id": .string(session)],
      ]
      let wrong = try await bot.api(.post, "/eventsub/subscriptions", request)
      #expect(wrong.status == 400)
      #expect(wrong.message == "invalid transport and auth combination")
      let user = await bot.userToken
      let right = try await bot.api(.post, "/eventsub/subscriptions", request, token: user)
      #expect(right.status == 202)
      #expect(right.body["max_total_cost"] == 10)
      #expect(right.row?["transport"]?["connected_at"]?.string != nil)
    }
  }

  @Test func theSameOneTwiceIsAConflictThatNamesIt() async throws {
    try await withTwitch { twitch, bot in
      let conduit = try await bot.conduit(shards: 1)
      let first = try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit)
      let second = try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit)
      #expect(second.status == 409)
      #expect(second.body["id"] == first.row?["id"])
      await twitch.setBehavior { $0.conflictNamesExisting = false }
      #expect(
        try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit).body["id"] == nil)
    }
  }

  @Test func threeWithOneConditionAreAllowed() async throws {
    try await withTwitch { _, bot in
      var statuses: [Int] = []
      for _ in 0..<4 {
        let conduit = try await bot.conduit(shards: 1)
        statuses.append(try await bot.subscribe("stream.online", Somebody.channel, conduit: conduit).status)
      }
      #expect(statuses == [202, 202, 202, 429])
    }
  }

  @Test func whatNobodyAuthorizedCosts() async throws {
    try await withTwitch({ $0.behavior.maximumCost = 1 }) { _, bot in
      let conduit = try await bot.conduit(shards: 1)
      let free = try await bot.subscribe("stream.online", Somebody.channel, conduit: conduit)
      #expect(free.row?["cost"] == 0)
      let paid = try await bot.subscribe(
        "stream.online", ["broadcaster_user_id": "40817265"], conduit: conduit)
      #expect(paid.row?["cost"] == 1)
      #expect(paid.body["total_cost"] == 1)
      let tooMuch = try await bot.subscribe(
        "stream.offline", ["broadcaster_user_id": "40817265"], conduit: conduit)
      #expect(tooMuch.status == 429)
      #expect(tooMuch.message == "cost exceeded")
    }
  }

  @Test func theListIsFilteredByOneThingAndPaged() async throws {
    try await withTwitch({ $0.behavior.pageSize = 2 }) { _, bot in
      let conduit = try await bot.conduit(shards: 1)
      for type in ["channel.chat.message", "channel.chat.clear", "stream.online"] {
        let condition = type == "stream.online" ? Somebody.channel : Somebody.chat
        try await bot.subscribe(type, condition, conduit: conduit)
      }
      let first = try await bot.api(.get, "/eventsub/subscriptions")
      #expect(first.body["data"]?.array?.count == 2)
      #expect(first.body["total"] == 3)
      let cursor = try #require(first.body["pagination"]?["cursor"]?.string)
      let rest = try await bot.api(.get, "/eventsub/subscriptions?after=\(cursor)")
      #expect(rest.row?["type"] == "stream.online")
      let filtered = try await bot.api(.get, "/eventsub/subscriptions?type=channel.chat.clear")
      #expect(filtered.body["total"] == 1)
      #expect(try await bot.api(.get, "/eventsub/subscriptions?conduit_id=\(conduit)").body["total"] == 3)
      #expect(try await bot.api(.get, "/eventsub/subscriptions?type=a&status=b").status == 400)
      // One in the middle goes, and each list is without it.
      let gone = try #require(filtered.row?["id"]?.string)
      #expect(try await bot.api(.delete, "/eventsub/subscriptions?id=\(gone)").status == 204)
      for query in ["", "?conduit_id=\(conduit)"] {
        let left = try await bot.api(.get, "/eventsub/subscriptions" + query)
        let types = left.body["data"]?.array?.compactMap { $0["type"]?.string }
        #expect(types == ["channel.chat.message", "stream.online"])
        #expect(left.body["pagination"] == [:])
      }
      #expect(try await bot.api(.get, "/eventsub/subscriptions?conduit_id=other").body["total"] == 0)
    }
  }

  @Test(arguments: ["chat_user_banned", "authorization_revoked", "moderator_removed"])
  func losingThePermissionRevokes(reason: String) async throws {
    try await withChat { twitch, bot, socket in
      switch reason {
      case "chat_user_banned": try await twitch.ban("relaydock", in: "harborlight")
      case "authorization_revoked": try await twitch.revokeAuthorization(of: "relaydock")
      default:
        try await twitch.setRole(.moderator, of: "relaydock", in: "northpier")
        let conduit = await twitch.conduits()[0].id.rawValue
        try await bot.subscribe("channel.chat.message", Somebody.neighbourChat, conduit: conduit)
        try await twitch.setRole(.none, of: "relaydock", in: "northpier")
      }
      let frame = try #require(await bot.frame(socket))
      #expect(frame["metadata"]?["message_type"] == "revocation")
      #expect(frame["payload"]?["subscription"]?["status"] == .string(reason))
      #expect(frame["payload"]?["event"] == nil)
      if reason == "chat_user_banned" {
        let conduit = await twitch.conduits()[0].id.rawValue
        #expect(try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit).status == 403)
        try await twitch.unban("relaydock", in: "harborlight")
        #expect(try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit).status == 202)
      }
    }
  }

  @Test func revokingTheLastTokenDisconnects() async throws {
    try await withChat { twitch, bot, socket in
      let second = try await twitch.grant(["user:bot"], by: "relaydock").accessToken
      let revoke = "client_id=\(Simulator.Client.example.id)&token="
      #expect(try await bot.form("/oauth2/revoke", revoke + second).status == 200)
      #expect(await twitch.subscriptions().map(\.status) == ["enabled"])
      let first = await bot.userToken
      #expect(try await bot.form("/oauth2/revoke", revoke + first).status == 200)
      let frame = try #require(await bot.frame(socket))
      #expect(frame["payload"]?["subscription"]?["status"] == "authorization_revoked")
    }
  }

  @Test func aDeletedSubscriptionBringsNothing() async throws {
    try await withChat(["channel.chat.message", "stream.online"]) { twitch, bot, socket in
      let id = try #require(await twitch.subscriptions().first).id
      #expect(try await bot.api(.delete, "/eventsub/subscriptions?id=\(id)").status == 204)
      #expect(try await bot.api(.delete, "/eventsub/subscriptions?id=\(id)").status == 404)
      try await twitch.say(Simulator.Line(from: "tidewatch", "unheard"), in: "harborlight")
      try await twitch.goLive("harborlight")
      _ = try await bot.event("stream.online", on: socket)
    }
  }
}
