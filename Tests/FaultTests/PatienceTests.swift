import Testing
import TwitchSimulator

/// What heals after a minute by nature: each against a gateway of its own, all at once.
@Suite(.timeLimit(.minutes(3))) struct PatienceTests {
  @Test func whatTakesAMinute() async throws {
    await withTaskGroup { group in
      for script in [theReaderIsBanned, thereAreThreeAlready, aBrowserIsHalfOpen] {
        group.addTask {
          do { try await script() } catch { Issue.record(error) }
        }
      }
    }
  }

  private func theReaderIsBanned() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      try await scene.time(
        .init(
          "banned from a channel", made: "all subscriptions to chat messages revoked with chat_user_banned", bound: 80,
          recovered: "asked for again after a minute, lines come; no more than one try before",
          told: .init("subscriptions_missing", about: "harbor"),
          seen: Sight(
            log: ["subscriptions revoked": 1], metrics: [Sight.calls("POST", "eventsub/subscriptions", "202"): 2])),
        filter: "whatTakesAMinute"
      ) {
        await scene.twitch.revokeSubscriptions(type: "channel.chat.message", status: "chat_user_banned")
      } recovery: { window in
        try await scene.complete(within: window.left)
        let line = try await scene.twitch.say(.init(from: "gull", "back"), in: "harbor").id.rawValue
        try await client.until("a line", within: window.left) { $0.has([line]) }
      }
      let asked = await scene.twitch.counters().callsByKind.filter {
        $0.key.hasPrefix("POST /helix/eventsub/subscriptions ")
      }
      // Each once in that minute, whatever Twitch answered.
      #expect(asked.values.reduce(0, +) == scene.subscriptionCount + 2, "\(asked)")
    }
  }

  private func thereAreThreeAlready() async throws {
    var setup = Scene.Setup()
    setup.waits = false
    setup.prepare = { twitch in
      await twitch.add(
        Simulator.CallFault(
          "POST", "/helix/eventsub/subscriptions", times: 1, status: 429,
          message: "maximum subscriptions with type and condition exceeded"))
    }
    try await withScene(setup) { scene in
      try await scene.time(
        .init(
          "threefold subscription (429)", made: "the first subscription to chat refused as the fourth of its kind",
          bound: 80,
          recovered: "asked for again after a minute", told: .init("subscriptions_missing"),
          seen: Sight(
            log: ["subscription not added": 1], metrics: [Sight.calls("POST", "eventsub/subscriptions", "429"): 1])),
        since: .start, filter: "whatTakesAMinute"
      ) { window in
        try await scene.complete(within: window.left)
      }
      let calls = await scene.twitch.counters().callsByKind
      #expect(calls["POST /helix/eventsub/subscriptions 429"] == 1)
    }
  }

  private func aBrowserIsHalfOpen() async throws {
    try await withScene { scene in
      let silent = try RawBrowser(port: scene.gateway.port, target: scene.target)
      try await scene.waits(for: "chat_relay_connections", toBe: 1, within: 5)
      try await scene.time(
        .init(
          "half-open browser", made: "a connection that answers no ping", bound: 60,
          recovered: "dropped by the gateway, and counted",
          // Browsers leave without a goodbye all day long.
          seen: Sight(metrics: [#"connections_closed_total{code="1006"}"#: 1])),
        filter: "whatTakesAMinute"
      ) { window in
        let frames = await silent.readToEnd()
        #expect(frames.contains { $0.opcode == 9 })
        // What is left is the one who watches the test.
        try await scene.waits(for: "chat_relay_connections", toBe: 1, within: window.left)
        try await scene.waits(
          for: #"chat_relay_connections_closed_total{code="1006"}"#, toBe: 1, within: window.left)
      }
    }
  }
}
