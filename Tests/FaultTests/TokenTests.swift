import TestSupport
import Testing
import TwitchSimulator

/// Tokens that end, and permissions that are taken away.
@Suite(.timeLimit(.minutes(2))) struct TokenTests {
  @Test func theAppTokenEndsInTheMiddleOfABurst() async throws {
    var setup = Scene.Setup()
    setup.moreChannels = 40
    setup.waits = false
    // Slow enough for the burst to be under way still when the token ends.
    setup.prepare = { twitch in
      await twitch.add(
        Simulator.CallFault("POST", "/helix/eventsub/subscriptions", times: 0, outcome: .pass, delay: 0.05))
    }
    try await withScene(setup) { scene in
      try await scene.twitch.wait(for: .init(subscriptions: 100))
      let before = await scene.twitch.counters().appTokens
      try await scene.time(
        .init(
          "app token expired in the middle of a burst",
          made: "all app tokens end while 337 subscriptions are being made, and again a hundred later",
          bound: 20, recovered: "all subscriptions there, with one new token each time",
          seen: Sight(
            log: ["refused a token": 2], metrics: [Sight.calls("POST", "eventsub/subscriptions", "401"): 2]))
      ) {
        try await scene.twitch.expireTokens(of: nil)
      } recovery: { window in
        try await scene.twitch.wait(for: .init(subscriptions: 200), within: window.left)
        try await scene.twitch.expireTokens(of: nil)
        try await scene.complete(within: window.left)
      }
      #expect(await scene.twitch.counters().appTokens == before + 2)
    }
  }

  @Test func aUserTokenEnds() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      let dock = try scene.account("dock")
      let harbor = try scene.account("harbor")
      try await scene.time(
        .init(
          "user token expired", made: "dock's access token ends before a send", bound: 5,
          recovered: "line sent after one refresh", seen: .refusing)
      ) {
        try await scene.twitch.expireTokens(of: "dock")
      } recovery: { window in
        let answer = try await client.say("still here", from: dock, to: harbor, id: "a", within: window.left)
        #expect(answer["is_sent"] == true)
      }
      #expect(await scene.twitch.counters().refreshes == 1)
      #expect(await scene.twitch.sentMessages().map(\.text) == ["still here"])
    }
  }

  @Test func aRefreshIsRefused() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      let dock = try scene.account("dock")
      let harbor = try scene.account("harbor")
      try await scene.measure(
        .init(
          "refresh refused", made: "dock's tokens end, the refresh token too, before a send", bound: 5,
          recovered: "account told as unusable, the other account sends on",
          told: .init("relink_needed", about: "dock", ends: false), seen: .refusing)
      ) { window in
        try await scene.twitch.expireTokens(of: "dock", refreshToo: true)
        let answer = try await client.say("nobody home", from: dock, to: harbor, id: "a", within: window.left)
        #expect(answer.code == "account_unusable")
        try await scene.isWritable("dock", false, for: client, within: window.left)
        let own = try await client.say("me", from: harbor, to: harbor, id: "b", within: window.left)
        #expect(own["is_sent"] == true)
      }
    }
  }

  @Test func aUserTakesThePermissionBack() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      _ = try await client.status()
      try await scene.measure(
        .init(
          "user token revoked", made: "dock disconnects the application", bound: 5,
          recovered: "a send is refused, the account told as unusable",
          told: .init("relink_needed", about: "dock", ends: false), seen: .refusing)
      ) { window in
        try await scene.twitch.revokeAuthorization(of: "dock")
        let (dock, harbor) = (try scene.account("dock"), try scene.account("harbor"))
        let answer = try await client.say("nobody home", from: dock, to: harbor, id: "a", within: window.left)
        #expect(answer.code == "account_unusable")
        try await scene.isWritable("dock", false, for: client, within: window.left)
      }
    }
  }

  @Test func aBroadcasterTakesThePermissionBack() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      _ = try await client.status()
      try await scene.time(
        .init(
          "broadcaster's authorization revoked",
          made: "pier disconnects the application: its subscriptions are revoked",
          bound: 5, recovered: "the account told as unusable; harbor's chat goes on",
          told: .init("relink_needed", about: "pier", ends: false),
          seen: Sight(
            log: ["subscriptions revoked": 1], metrics: [#"subscriptions{state="missing"}"#: 1]))
      ) {
        try await scene.twitch.revokeAuthorization(of: "pier")
      } recovery: { window in
        try await scene.isWritable("pier", false, for: client, within: window.left)
        let line = try await scene.twitch.say(.init(from: "gull", "harbor lives"), in: "harbor").id.rawValue
        try await client.until("harbor's line", within: window.left) { $0.has([line]) }
      }
    }
  }

  @Test func theSenderIsBanned() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      let (dock, harbor, pier) = (try scene.account("dock"), try scene.account("harbor"), try scene.account("pier"))
      try await scene.measure(
        .init(
          "sender banned from a channel", made: "dock is banned from harbor, and writes there", bound: 5,
          recovered: "told as not sent; the same account writes elsewhere",
          // Whoever asked was told: Twitch's moderators do this all day long.
          seen: Sight(metrics: [
            Sight.calls("POST", "chat/messages", "403"): 1, #"sends_total{outcome="failed",reason="refused"}"#: 1,
          ]))
      ) { window in
        try await scene.twitch.ban("dock", in: "harbor")
        let answer = try await client.say("let me in", from: dock, to: harbor, id: "a", within: window.left)
        #expect(answer["is_sent"] != true && answer.code != nil, "\(answer)")
        let other = try await client.say("hello", from: dock, to: pier, id: "b", within: window.left)
        #expect(other["is_sent"] == true)
      }
    }
  }
}

extension Sight {
  /// That a token was refused.
  fileprivate static let refusing = Sight(
    log: ["refused a token": 1], metrics: [calls("POST", "chat/messages", "401"): 1])
}

extension Scene {
  /// Waits until the latest status that a client was told says so of an account.
  func isWritable(_ name: String, _ wanted: Bool, for client: Client, within seconds: Double) async throws {
    let key = "\(try account(name))"
    try await client.until("\(name) writable: \(wanted)", within: seconds) { client in
      client.log.last { $0.type == "status" }?.json["accounts"]?[key]?["writable"] == .boolean(wanted)
    }
  }
}
