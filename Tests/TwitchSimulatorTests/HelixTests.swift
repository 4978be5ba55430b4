import HTTPTypes
import Testing

@testable import TwitchSimulator

@Suite(.minutes) struct HelixTests {
  @Test func theTokenIsCheckedBeforeTheClientAndThatBeforeTheRest() async throws {
    try await withTwitch { _, bot in
      let bare = try await bot.send(.get, "/helix/nothing")
      #expect(bare.message == "OAuth token is missing")
      #expect(try await bot.api(.get, "/nothing", token: "x", client: "y").message == "Invalid OAuth token")
      let foreign = try await bot.api(.get, "/nothing", client: "y")
      #expect(foreign.message == "Client ID and OAuth token do not match")
      #expect(foreign.status == 401)
      let unknown = try await bot.api(.get, "/nothing")
      #expect(unknown.status == 404)
      #expect(unknown.body == ["error": "Not Found", "message": "not found", "status": 404])
      let user = await bot.userToken
      let wrongKind = try await bot.api(.get, "/eventsub/conduits", token: user)
      #expect(wrongKind.message == "Authorization header required with an app access token")
    }
  }

  @Test func theBucketEmptiesAndFillsAgain() async throws {
    try await withTwitch({ $0.behavior.rateLimit = 3 }) { twitch, bot in
      for remaining in ["2", "1", "0"] {
        let answer = try await bot.api(.get, "/users?login=harborlight")
        #expect(answer.status == 200)
        #expect(answer["Ratelimit-Limit"] == "3")
        #expect(answer["Ratelimit-Remaining"] == remaining)
      }
      let refused = try await bot.api(.get, "/users?login=harborlight")
      #expect(refused.status == 429)
      #expect(refused.message == "Request limit exceeded")
      #expect(refused["Ratelimit-Reset"].flatMap(Int.init) != nil)
      // Sending draws on a bucket of its own, and users on theirs.
      #expect(try await bot.api(.post, "/chat/messages", [:]).status == 400)
      let user = await bot.userToken
      #expect(try await bot.api(.get, "/users", token: user).status == 200)
      try await twitch.advanceClock(by: 60)
      #expect(try await bot.api(.get, "/users?login=harborlight").status == 200)
    }
  }

  @Test func usersAreFoundByIdAndLoginAndUnknownOnesLeftOut() async throws {
    try await withTwitch { _, bot in
      let answer = try await bot.api(.get, "/users?id=71092938&login=TideWatch&login=tidewatch&login=nobody")
      #expect(answer.body["data"]?.array?.compactMap { $0["login"]?.string } == ["harborlight", "tidewatch"])
      let user = await bot.userToken
      #expect(try await bot.api(.get, "/users", token: user).row?["login"] == "relaydock")
      #expect(try await bot.api(.get, "/users").status == 400)
    }
  }

  @Test func aHundredUsersAndStreamsAreAskedForAtOnce() async throws {
    try await withTwitch { twitch, bot in
      var names: [String] = []
      for number in 1...100 {
        names.append("a_rather_long_name_\(number)")
        try await twitch.addUser(Simulator.NewUser(names[number - 1], id: .init("90000\(number)")))
        try await twitch.goLive(names[number - 1], Simulator.ChannelChange(viewers: 1))
      }
      let logins = names[50...].map { "login=\($0)" }
      let mixed = (1...50).map { "id=90000\($0)" } + logins
      let users = try await bot.api(.get, "/users?" + mixed.joined(separator: "&"))
      #expect(users.body["data"]?.array?.compactMap { $0["login"]?.string } == names)
      let ids = (1...100).map { "user_id=90000\($0)" }
      for query in [ids, names.map { "user_login=\($0)" }] {
        let streams = try await bot.api(.get, "/streams?first=100&" + query.joined(separator: "&"))
        #expect(streams.body["data"]?.array?.count == 100)
      }
      #expect(try await bot.api(.get, "/users?" + (mixed + ["id=1"]).joined(separator: "&")).status == 400)
    }
  }

  @Test func streamsAreThoseThatAreLiveInPages() async throws {
    try await withTwitch { twitch, bot in
      try await twitch.goLive("harborlight", Simulator.ChannelChange(title: "a", viewers: 12))
      try await twitch.goLive("northpier", Simulator.ChannelChange(viewers: 5))
      let first = try await bot.api(.get, "/streams?first=1")
      #expect(first.row?["user_login"] == "harborlight")
      #expect(first.row?["viewer_count"] == 12)
      let cursor = try #require(first.body["pagination"]?["cursor"]?.string)
      let second = try await bot.api(.get, "/streams?first=1&after=\(cursor)")
      #expect(second.row?["user_login"] == "northpier")
      #expect(second.body["pagination"] == [:])
      try await twitch.goOffline("northpier")
      #expect(try await bot.api(.get, "/streams?user_login=northpier").body["data"] == [])
      #expect(try await bot.api(.get, "/streams?first=101").status == 400)
    }
  }

  @Test func getStreamsMayLagBehind() async throws {
    try await withTwitch({ $0.behavior.streamsLagSeconds = 60 }) { twitch, bot in
      try await twitch.goLive("harborlight")
      #expect(try await bot.api(.get, "/streams").body["data"] == [])
      try await twitch.advanceClock(by: 61)
      #expect(try await bot.api(.get, "/streams").row != nil)
      try await twitch.goOffline("harborlight")
      #expect(try await bot.api(.get, "/streams").row != nil)
    }
  }

  @Test func grantsAreShownToTheApplication() async throws {
    try await withTwitch { _, bot in
      let answer = try await bot.api(.get, "/authorization/users?user_id=71092938&user_id=5551001")
      #expect(answer.body["data"]?.array?.count == 1)
      #expect(answer.row?["scopes"] == ["channel:bot"])
    }
  }

  @Test func picturesAreServedUnderTheCDNsPaths() async throws {
    try await withTwitch { twitch, bot in
      let answer = try await bot.api(.get, "/chat/emotes/global")
      #expect(answer.body["template"] == .string(twitch.emoteTemplate))
      for path in ["/emoticons/v2/25/static/dark/3.0", "/pictures/tidewatch", "/badges/v1/vip-1/2"] {
        let picture = try await bot.send(.get, path)
        #expect(picture["Content-Type"] == "image/svg+xml")
        #expect(picture.body.string?.hasPrefix("<svg ") == true)
      }
      await twitch.setBehavior { $0.ownPictures = false }
      let real = try await bot.api(.get, "/chat/emotes/global")
      #expect(real.body["template"]?.string?.hasPrefix("https://static-cdn.jtvnw.net/emoticons/v2/") == true)
    }
  }
}
