import Testing
import TwitchSimulator

/// Subscriptions by the thousand, and those that Twitch has already or does not want to give.
@Suite(.timeLimit(.minutes(10))) struct SubscriptionTests {
  private static let path = "/helix/eventsub/subscriptions"

  /// Ten thousand channels where CHAT_RELAY_RELIABILITY_CHANNELS says so, else as many as take seconds.
  @Test func thousandsOfChannelsWithinTheBudget() async throws {
    var setup = Scene.Setup()
    setup.moreChannels = Record.channelCount - 2
    setup.waits = false
    // The same bucket as Twitch's, which fills twenty times as fast.
    setup.simulator.behavior.rateLimitSeconds = 3
    setup.simulator.behavior.maximumCost = 1_000_000
    try await withScene(setup) { scene in
      let half = scene.subscriptionCount / 2
      try await scene.time(
        .init(
          "429 while subscribing to \(Record.channelCount) channels, restarted half way",
          made:
            "\(scene.subscriptionCount) subscriptions with 800 points in 3 s; kill -9 half way; then the bucket emptied by others three times",
          bound: Double(Record.channelCount) * 0.04 + 40,
          recovered: "every subscription there, none made twice, no call beyond the budget")
      ) { window in
        try await scene.twitch.wait(for: .init(subscriptions: half), within: window.left)
        try await scene.gateway.kill9()
        #expect(await scene.twitch.counters().callsByKind["POST \(Self.path) 429"] == nil)
        try await scene.start(waits: false)
        for _ in 0..<3 {
          let sequence = await scene.twitch.lastSequence()
          await scene.twitch.drainRateLimits()
          while !(try await scene.twitch.events("call", after: sequence, within: window.left)).contains(where: {
            $0.fields["status"] == "429"
          }) {
            _ = try await scene.twitch.events("call", after: scene.twitch.lastSequence(), within: window.left)
          }
        }
        try await scene.complete(within: window.left)
      }
      let calls = await scene.twitch.counters().callsByKind
      let made = calls["POST \(Self.path) 202"] ?? 0
      let known = calls["POST \(Self.path) 409"] ?? 0
      // What was under way when it was killed may have been done, and asked for again.
      #expect(made == scene.subscriptionCount, "made \(made)")
      #expect(known <= 6, "\(known) asked for again")
      // Each time that others had emptied the bucket those under way were refused, and no call went over it otherwise.
      let refused = calls.filter { $0.key.hasSuffix(" 429") }.values.reduce(0, +)
      #expect(refused <= 3 * 8, "\(refused) refused")
    }
  }

  @Test func whatExistsAlreadyIsTakenUp() async throws {
    for namesExisting in [true, false] {
      var setup = Scene.Setup()
      setup.waits = false
      setup.simulator.behavior.conflictNamesExisting = namesExisting
      setup.prepare = { twitch in await twitch.add(Simulator.CallFault("POST", Self.path, times: 5, outcome: .lose)) }
      try await withScene(setup) { scene in
        try await scene.time(
          .init(
            "409 on a subscription\(namesExisting ? "" : " (id not named)")",
            made: "five subscriptions made whose answers are lost, so that asking again is a 409", bound: 10,
            recovered: "every subscription there once")
        ) { window in
          try await scene.complete(within: window.left)
          try await scene.refusals(1, of: "POST", Self.path, status: "409")
        }
        try await scene.measure(
          .init("409 on a subscription, afterwards", made: "as above", bound: 5, recovered: "lines come once")
        ) { _ in
        }
        #expect(await scene.twitch.subscriptions().count == scene.subscriptionCount)
      }
    }
  }
}
