import Foundation
import Testing
import TwitchSimulator

/// Subscriptions by the thousand, and those that Twitch has already or does not want to give.
@Suite(.timeLimit(.minutes(12))) struct SubscriptionTests {
  private static let path = "/helix/eventsub/subscriptions"

  @Test func thousandsOfChannelsWithinTheBudget() async throws {
    let channels = Record.isAtFullSize ? 10_000 : 250
    var setup = Scene.Setup()
    setup.moreChannels = channels - 2
    setup.waits = false
    // The same bucket as Twitch's, which fills twenty times as fast.
    setup.simulator.behavior.rateLimitSeconds = 3
    setup.simulator.behavior.maximumCost = 1_000_000
    try await withScene(setup) { scene in
      let all = scene.subscriptionCount
      let told = Telling("subscriptions_missing")
      try await scene.time(
        .init(
          "429 storms while subscribing to \(channels.formatted()) channels, restarted half way",
          made: """
            \(all.formatted()) subscriptions with 800 points in 3 s; kill -9 half way; then three times the bucket emptied by \
            others and calls refused, the last time until clients are told
            """,
          bound: Double(channels) * 0.04 + 50,
          recovered:
            "every subscription there, none made twice; 5 % of the budget left to others; `subscriptions_missing` told",
          seen: Sight(
            log: ["The last run did not end as it should": 1, "rate limit is used up.*subscription not added": 1],
            metrics: [Sight.calls("POST", "eventsub/subscriptions", "429"): 9]))
      ) { window in
        try await scene.twitch.wait(for: .init(subscriptions: all / 2), within: window.left)
        try await scene.gateway.kill9()
        let counters = await scene.twitch.counters()
        #expect(counters.callsByKind["POST \(Self.path) 429"] == nil)
        // Twitch is asked for the shards all the while, from the twentieth that is kept.
        #expect(counters.leastPoints ?? 0 >= 800 / 20 - 8, "\(counters.leastPoints ?? 0) points left")
        try await scene.start(waits: false)
        let client = try await scene.join()
        // The last storm is over when clients know of it, and long enough for that.
        for (share, refusals, seconds) in [(0.6, 4, 3.0), (0.75, 4, 3), (0.9, .max, 20)] {
          try await scene.twitch.wait(for: .init(subscriptions: Int(Double(all) * share)), within: window.left)
          await scene.twitch.drainRateLimits()
          await scene.twitch.add(
            Simulator.CallFault("POST", Self.path, times: refusals, status: 429, headers: Self.empty(for: seconds)))
        }
        try await scene.isTold(told, to: client, within: window.left)
        await scene.twitch.removeFaults()
        try await scene.complete(within: window.left)
        try await scene.isOver(told, to: client, within: 15)
      }
      let calls = await scene.twitch.counters().callsByKind
      let known = calls["POST \(Self.path) 409"] ?? 0
      // What was under way when it was killed may have been done, and asked for again.
      #expect(calls["POST \(Self.path) 202"] == all)
      #expect(known <= 8, "\(known) asked for again")
      // Each time those under way were refused, and nothing went over the budget otherwise.
      let refused = calls.filter { $0.key.hasSuffix(" 429") }.values.reduce(0, +)
      #expect((9...3 * 12).contains(refused), "\(refused) refused")
    }
  }

  @Test func aStormOfRefusalsWithPointsLeft() async throws {
    var setup = Scene.Setup()
    setup.moreChannels = 40
    setup.waits = false
    setup.prepare = { twitch in
      await twitch.add(
        Simulator.CallFault(
          "POST", Self.path, times: 0, status: 429, message: "Request limit exceeded",
          headers: Self.bucket(with: 500, fullIn: 60)))
    }
    try await withScene(setup) { scene in
      try await scene.refusals(20, of: "POST", Self.path, status: "429")
      try await scene.time(
        .init(
          "429 storm with points left",
          made:
            "from the start all subscribing is refused as over the limit, though `Ratelimit-Remaining` is 500; 20 refusals later no more",
          bound: 10, recovered: "all \(scene.subscriptionCount) subscriptions there",
          seen: Sight(
            log: ["subscription not added": 1], metrics: [Sight.calls("POST", "eventsub/subscriptions", "429"): 20])),
        since: .start
      ) {
        await scene.twitch.removeFaults()
      } recovery: { window in
        try await scene.complete(within: window.left)
      }
    }
  }

  /// What Twitch says of a bucket that others have emptied, and that is full again after so many seconds.
  static func empty(for seconds: Double) -> [String: String] { bucket(with: 0, fullIn: seconds) }

  private static func bucket(with points: Int, fullIn seconds: Double) -> [String: String] {
    [
      "Ratelimit-Limit": "800", "Ratelimit-Remaining": "\(points)",
      "Ratelimit-Reset": "\(Int(Date.now.timeIntervalSince1970 + seconds))",
    ]
  }

  @Test func whatIsThereThreefoldBringsLinesOnce() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "threefold subscriptions", made: "each subscription is there three times, each line delivered thrice",
          bound: 5,
          recovered: "lines come once", seen: Sight(metrics: ["duplicates_dropped_total": 10]))
      ) {
        await scene.twitch.multiplySubscriptions(by: 3)
      } recovery: { window in
        let before = await window.client.lines.count
        try await window.client.until("ten lines more", within: window.left) { $0.lines.count >= before + 10 }
      }
      try await scene.time(
        .init(
          "threefold subscriptions, at a start",
          made: "gateway killed and started while each subscription is there three times",
          bound: 10, recovered: "two of each three removed",
          seen: Sight(
            log: ["removing subscriptions that are not wanted": 1],
            metrics: [
              Sight.calls("DELETE", "eventsub/subscriptions", "204"): Double(2 * scene.subscriptionCount)
            ]))
      ) { window in
        try await scene.gateway.kill9()
        try await scene.start(waits: false)
        try await scene.refusals(2 * scene.subscriptionCount, of: "DELETE", Self.path, status: "204")
        try await scene.complete(within: window.left)
      }
      let left = await scene.twitch.subscriptions()
      #expect(left.count == scene.subscriptionCount)
      #expect(Set(left.map { "\($0.type) \($0.condition.sorted { $0.key < $1.key })" }).count == left.count)
    }
  }

  @Test(arguments: [true, false])
  func whatExistsAlreadyIsTakenUp(namesExisting: Bool) async throws {
    var setup = Scene.Setup()
    setup.waits = false
    setup.simulator.behavior.conflictNamesExisting = namesExisting
    setup.prepare = { twitch in await twitch.add(Simulator.CallFault("POST", Self.path, times: 5, outcome: .lose)) }
    let which = namesExisting ? "" : " (id not named)"
    try await withScene(setup) { scene in
      try await scene.time(
        .init(
          "409 on a subscription\(which)",
          made: "five subscriptions made whose answers are lost, so that asking again is a 409", bound: 10,
          recovered: "every subscription there once",
          // That one is there already is no failure: each is noted.
          seen: Sight(
            log: ["subscription not added": 1],
            metrics: [
              Sight.calls("POST", "eventsub/subscriptions", "unanswered"): 5,
              Sight.calls("POST", "eventsub/subscriptions", "409"): 1,
            ])),
        since: .start
      ) { window in
        try await scene.complete(within: window.left)
        try await scene.refusals(1, of: "POST", Self.path, status: "409")
      }
      try await scene.measure(
        .init(
          "409 on a subscription\(which), afterwards", made: "as above", bound: 5, recovered: "lines come once",
          // All is as it should be.
          seen: .nothing)
      ) { window in
        try await window.client.until("lines", within: window.left) { $0.lines.count >= 20 }
      }
      #expect(await scene.twitch.subscriptions().count == scene.subscriptionCount)
    }
  }
}
