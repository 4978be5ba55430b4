import Foundation
import Testing
import TwitchSimulator

/// Conduits that vanish, multiply or keep what they should not.
@Suite(.timeLimit(.minutes(2))) struct ConduitTests {
  @Test func aConduitIsDeleted() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "conduit deleted under us", made: "the conduit is deleted; its sockets stay open", bound: 10,
          recovered: "a new conduit with both shards and all subscriptions", seen: .newConduit)
      ) {
        try await scene.twitch.deleteConduit()
      } recovery: { window in
        try await scene.complete(within: window.left)
      }
      #expect(await scene.twitch.conduits().count == 1)
      // Its first one, and this one.
      #expect(try scene.logCount("conduit created") == 2)
      #expect(try scene.logCount("status=conduit_deleted") <= 1)
    }
  }

  @Test func aConduitIsDeletedBesideSomebodyElses() async throws {
    try await withScene { scene in
      let foreign = try await scene.twitch.addConduit(shardCount: 4)
      try await scene.measure(
        .init(
          "conduit deleted beside a foreign one",
          made: "our conduit is deleted, and the only one that is left is somebody else's", bound: 10,
          recovered: "a new conduit of our own with both shards and all subscriptions", seen: .newConduit)
      ) {
        try await scene.twitch.deleteConduit()
      } recovery: { window in
        try await scene.complete(within: window.left)
      }
      let conduits = await scene.twitch.conduits()
      #expect(conduits.map(\.shardCount) == [4, 2])
      #expect(conduits.first?.id == foreign)
      #expect(conduits.first?.shards.isEmpty == true)
      #expect(try scene.logCount("conduit created") == 2)
    }
  }

  @Test func aConduitIsSaidNotToBeThereOnce() async throws {
    try await withScene { scene in
      let sequence = await scene.twitch.lastSequence()
      try await scene.measure(
        .init(
          "a passing 404", made: "one look at the conduit's shards is answered 404", bound: 10,
          recovered: "the same conduit taken up again, with both shards; no subscription made again",
          seen: Sight(
            log: ["looking at the shards failed": 1, "conduit gone": 1, "conduit adopted": 1],
            metrics: [Sight.calls("GET", "eventsub/conduits/shards", "404"): 1]))
      ) { window in
        await scene.twitch.add(Simulator.CallFault("GET", "/helix/eventsub/conduits/shards", status: 404))
        let fault = try await scene.twitch.events("fault.call", after: sequence, within: window.left)
        // Both shards are told to the conduit again, and then its subscriptions are compared.
        _ = try await scene.twitch.events("shard.enabled", after: fault[0].sequence, within: window.left)
        try await scene.calls("GET", "/helix/eventsub/subscriptions", after: fault[0].sequence, within: window.left)
        try await scene.complete(within: window.left)
      }
      let calls = try await scene.twitch.events("call", after: sequence)
      #expect(
        !calls.contains { $0.fields["method"] == "POST" && $0.fields["path"] == "/helix/eventsub/subscriptions" })
      #expect(await scene.twitch.conduits().count == 1)
    }
  }

  @Test(arguments: [1, 7]) func somebodyResizesTheConduit(count: Int) async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "conduit resized by somebody", made: "the conduit has \(count) shards from one moment to the next", bound: 10,
          recovered: "two shards again, both assigned",
          seen: Sight(
            log: ["conduit resized by somebody": 1], metrics: [Sight.calls("PATCH", "eventsub/conduits", "200"): 1]))
      ) {
        try await scene.twitch.resizeConduit(to: count)
      } recovery: { window in
        let resized = await scene.twitch.lastSequence()
        _ = try await scene.twitch.events("conduit.resized", after: resized, within: window.left)
        try await scene.complete(within: window.left)
      }
      #expect(await scene.twitch.conduits().map(\.shardCount) == [2])
      #expect(try scene.logCount("conduit resized by somebody") == 1)
    }
  }

  @Test func aConduitIsDeletedWhileTheGatewayIsAway() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "all shards gone over 72 h",
          made: "gateway killed, Twitch's clock 73 h ahead (its conduit is gone), gateway started",
          bound: 10, recovered: "a new conduit with both shards and all subscriptions; the client back with its cursor",
          seen: Sight(
            log: ["The last run did not end as it should": 1, "conduit created": 1],
            metrics: [Sight.calls("POST", "eventsub/conduits", "200"): 1, "resumes_total": 1]))
      ) {
        try await scene.gateway.kill9()
        try await scene.twitch.wait(for: .init(sockets: 0, exactly: true))
        try await scene.twitch.advanceClock(by: 73 * 3600)
        try await scene.twitch.wait(for: .init(conduits: 0, exactly: true))
      } recovery: { window in
        try await scene.start(waits: false)
        try await scene.complete(within: window.left)
        try await scene.rejoin(window.client)
      }
      #expect(await scene.twitch.conduits().count == 1)
    }
  }

  @Test func thereAreAsManyConduitsAsThereMayBe() async throws {
    var setup = Scene.Setup()
    setup.prepare = { twitch in for _ in 0..<5 { _ = try await twitch.addConduit() } }
    setup.waits = false
    try await withScene(setup) { scene in
      try await scene.refusals(3, of: "POST", "/helix/eventsub/conduits", status: "429")
      let foreign = await scene.twitch.conduits().map(\.id)
      try await scene.time(
        .init(
          "conduit limit reached",
          made: "five foreign conduits at the start; one is deleted after three refusals, once clients were told",
          bound: 32,
          recovered: "a conduit of our own with both shards and all subscriptions", told: .init("conduit_limit"),
          seen: Sight(
            log: ["creating a conduit failed": 1], metrics: [Sight.calls("POST", "eventsub/conduits", "429"): 3])),
        since: .start
      ) { window in
        try await scene.hears(of: .init("conduit_limit"), window.client, within: window.left)
        try await scene.twitch.deleteConduit(foreign[0])
        try await scene.complete(within: window.left)
      }
      #expect(await scene.twitch.conduits().map(\.id).starts(with: foreign.dropFirst()))
    }
  }

  @Test func thereAreSeveralConduits() async throws {
    var setup = Scene.Setup()
    setup.prepare = { twitch in for _ in 0..<3 { _ = try await twitch.addConduit(shardCount: 4) } }
    try await withScene(setup) { scene in
      let own = try #require(await scene.twitch.conduits().last?.id)
      #expect(await scene.twitch.conduits().count == 4)
      try await scene.measure(
        .init(
          "several conduits", made: "three foreign conduits of the same application; gateway killed and started",
          bound: 5,
          recovered: "its own conduit taken up again, no other touched; the client back with its cursor",
          // That there are others is no matter; that it was killed is.
          seen: Sight(
            log: ["The last run did not end as it should": 1, "conduit adopted": 1], metrics: ["resumes_total": 1]),
          mayGap: true)
      ) { window in
        try await scene.gateway.kill9()
        try await scene.start(waits: false)
        try await scene.complete(within: window.left)
        try await scene.rejoin(window.client)
      }
      let conduits = await scene.twitch.conduits()
      #expect(conduits.count == 4)
      #expect(conduits.last?.id == own)
      #expect(conduits.dropLast().allSatisfy { $0.shardCount == 4 && $0.shards.isEmpty })
    }
  }

  @Test func shrinkingLeavesShards() async throws {
    var setup = Scene.Setup()
    setup.shards = 4
    setup.simulator.behavior.shrinkLeavesShards = true
    try await withScene(setup) { scene in
      var fewer = Gateway.Launch()
      fewer.environment["CHAT_RELAY_SHARDS"] = "2"
      try await scene.measure(
        .init(
          "shrink that leaves shards", made: "four shards, then two, while Twitch keeps listing four", bound: 5,
          recovered: "both wanted shards assigned, nothing else open; the client back with its cursor",
          seen: Sight(
            log: ["The last run did not end as it should": 1],
            metrics: [Sight.calls("PATCH", "eventsub/conduits", "200"): 1, "resumes_total": 1]), mayGap: true)
      ) { [fewer] window in
        try await scene.gateway.kill9()
        try await scene.twitch.wait(for: .init(sockets: 0, exactly: true), within: window.left)
        try await scene.start(fewer, waits: false)
        try await scene.rejoin(window.client)
        try await scene.twitch.wait(for: .init(sockets: 2, shards: 2, exactly: true), within: window.left)
      }
      #expect(await scene.twitch.conduits().first?.shardCount == 2)
      #expect(await scene.twitch.conduits().first?.shards.count == 4)
    }
  }

  @Test func shrinkingWhileItRunsLeavesShards() async throws {
    var setup = Scene.Setup()
    // The channels have the fifth and the sixth, and move.
    setup.shards = 8
    setup.simulator.behavior.shrinkLeavesShards = true
    setup.launch.prelude = #"echo '{"shards": 8}' > settings.json"#
    setup.launch.environment = ["CHAT_RELAY_SHARDS": "", "CHAT_RELAY_CONFIG": "settings.json"]
    try await withScene(setup) { scene in
      let sequence = await scene.twitch.lastSequence()
      try await scene.measure(
        .init(
          "shrink that leaves shards, while it runs",
          made: "eight shards, then two at SIGHUP, while Twitch keeps listing eight", bound: 5,
          recovered: "both wanted shards assigned, no surplus socket open",
          seen: Sight(
            log: ["Settings read again: changed shards": 1],
            metrics: [Sight.calls("PATCH", "eventsub/conduits", "200"): 1]))
      ) { window in
        try #"{"shards": 2}"#.write(toFile: scene.folder + "/settings.json", atomically: true, encoding: .utf8)
        try scene.gateway.signal(SIGHUP)
        try await scene.twitch.wait(for: .init(sockets: 2, shards: 2, exactly: true), within: window.left)
      }
      let resized = try await scene.twitch.events("conduit.resized", after: sequence)
      let closed = try await scene.twitch.events("socket.closed", after: sequence)
      #expect(resized.count == 1)
      #expect(closed.count == 6)
      #expect(
        closed.allSatisfy { $0.sequence > resized[0].sequence && $0.fields["status"] == "websocket_disconnected" })
      #expect(await scene.twitch.conduits().first?.shardCount == 2)
      #expect(await scene.twitch.conduits().first?.shards.count == 8)
      #expect(try await scene.shardLosses() == (0, 0))
    }
  }
}

extension Sight {
  /// That the conduit is gone, and that there is another one.
  fileprivate static let newConduit = Sight(
    log: ["conduit gone": 1, "conduit created": 1],
    metrics: [
      calls("POST", "eventsub/conduits", "200"): 1, #"shard_losses_total{shard="0"}"#: 1,
      #"shard_losses_total{shard="1"}"#: 1,
    ])
}
