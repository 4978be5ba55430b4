import HTTPTypes
import Testing

@testable import TwitchSimulator

/// The control API over HTTP does what the Swift methods do.
@Suite(.minutes) struct ControlTests {
  @Test func aWholeSceneIsSetOverHTTP() async throws {
    try await withTwitch { twitch, bot in
      let user = try await bot.control(.post, "/users", ["login": "gullwing", "display_name": "GullWing"])
      #expect(user.body["display_name"] == "GullWing")
      let pair = try await bot.control(.post, "/users/gullwing/grant", ["scopes": ["user:bot"]])
      #expect(pair.body["scope"] == ["user:bot"])
      #expect(pair.body["refresh_token"]?.string != nil)
      #expect(try await bot.control(.post, "/channels/gullwing/live", ["viewers": 7]).status == 200)
      let said = try await bot.control(.post, "/channels/gullwing/say", ["from": "tidewatch", "text": "hi"])
      let id = try #require(said.body["id"]?.string)
      let reply = try await bot.control(
        .post, "/channels/gullwing/say", ["from": "gullwing", "text": "hello", "reply_to": .string(id)])
      #expect(reply.body["text"] == "@TideWatch hello")
      #expect(
        try await bot.control(.post, "/channels/gullwing/delete", ["message_id": .string(id)]).status == 200)
      let messages = try await bot.control(.get, "/channels/gullwing/messages")
      #expect(messages.body.array?.compactMap { $0["deleted"]?.bool } == [true, false])
      #expect(await twitch.users().contains { $0.login == "gullwing" })
    }
  }

  @Test func socketsAndFaultsAreReachedOverHTTP() async throws {
    try await withChat { twitch, bot, socket in
      let sockets = try await bot.control(.get, "/sockets")
      #expect(sockets.body.array?.count == 1)
      #expect(
        try await bot.control(
          .post, "/faults/calls", ["method": "GET", "path": "/helix/users", "status": 418, "body": "tea"]
        ).status == 200)
      let answer = try await bot.api(.get, "/users?login=tidewatch")
      #expect(answer.status == 418)
      #expect(answer.body == "tea")
      _ = try await bot.control(.post, "/faults/deliveries", ["kind": "duplicate_new_id"])
      try await twitch.say(Simulator.Line(from: "tidewatch", "twice"), in: "harborlight")
      for _ in 0..<2 { _ = try await bot.event("channel.chat.message", on: socket) }
      _ = try await bot.control(.post, "/sockets/shard:0/drop", ["code": 4006])
      #expect(await bot.closeCode(socket) == 4006)
    }
  }

  @Test func switchesArePatched() async throws {
    try await withTwitch { twitch, bot in
      let patched = try await bot.control(.patch, "/behavior", ["shrink_leaves_shards": true, "echo": "after"])
      #expect(patched.body["shrink_leaves_shards"] == true)
      #expect(await twitch.behavior.echo == .after)
      #expect(await twitch.behavior.conduitLimit == 5)
      let unknown = try await bot.control(.patch, "/behavior", ["no_such_switch": true])
      #expect(unknown.status == 404)
      #expect(try await bot.control(.patch, "/behavior", ["echo": "sideways"]).status == 400)
    }
  }

  @Test func waitingEndsWithTheEventOrTheDeadline() async throws {
    try await withTwitch { twitch, bot in
      async let waited = bot.control(.get, "/wait?conduits=1")
      _ = try await bot.conduit(shards: 1)
      #expect(try await waited.status == 200)
      #expect(try await bot.control(.get, "/wait?sockets=3&timeout=0.01").status == 408)
      let last = await twitch.lastSequence()
      async let events = bot.control(.get, "/events?kind=channel.*&after=\(last)")
      try await twitch.goLive("harborlight")
      #expect(try await events.body.array?.first?["kind"] == "channel.live")
      #expect(try await bot.control(.get, "/events?kind=never&timeout=0.01").body == [])
    }
  }

  @Test(arguments: [
    ("/nothing", 404), ("/users/nobody/grant", 400), ("/channels/nobody/live", 404), ("/sockets/x/drop", 404),
    ("/clock", 400),
  ])
  func mistakesAreNamed(path: String, status: Int) async throws {
    try await withTwitch { _, bot in
      let answer = try await bot.control(.post, path, path == "/clock" ? ["advance": "much"] : [:])
      #expect(answer.status == status)
      #expect(answer.body["error"]?.string?.isEmpty == false)
    }
  }

  @Test func theIndexSaysWhereEverythingIs() async throws {
    try await withTwitch { twitch, bot in
      let index = try await bot.control(.get, "")
      #expect(index.body["api"] == .string(twitch.apiURL))
      #expect(index.body["event_sub"] == .string(twitch.eventSubURL))
      #expect(index.body["clients"]?.array?.first?["client_id"] == JSON(Simulator.Client.example.id))
    }
  }
}
