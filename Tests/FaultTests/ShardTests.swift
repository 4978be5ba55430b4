import Testing
import TwitchSimulator

/// Shards that are lost, one way or another, while people talk.
@Suite(.timeLimit(.minutes(2))) struct ShardTests {
  @Test func aSocketIsReset() async throws {
    try await withScene { scene in
      try await scene.losingOneSession {
        try await scene.measure(
          .init(
            "shard socket reset", made: "TCP reset of shard 0's socket", bound: 2, recovered: "shard assigned again",
            seen: .losing("0"))
        ) {
          try await scene.twitch.dropSockets("shard:0", code: nil)
        } recovery: { window in
          try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
        }
      }
    }
  }

  @Test func aSocketIsClosedWithAnyCode() async throws {
    let codes: [UInt16] = [
      4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 1000, 1001, 1006, 1011, 1012, 4242, 4999, 3000,
    ]
    try await withScene { scene in
      // Twitch says over the other shard that this one is disabled, which would heal it, too; then it says nothing.
      for (code, isTold) in codes.map({ ($0, true) }) + codes.prefix(8).map({ ($0, false) }) {
        let shard = code.isMultiple(of: 2) ? "0" : "1"
        try await scene.losingOneSession {
          try await scene.measure(
            .init(
              "close code \(code)\(isTold ? "" : ", not told")",
              made: """
                shard \(shard)'s socket closed with \(code)\(code == 1006 ? " (a TCP reset)" : "")\
                \(isTold ? "" : ", and conduit.shard.disabled never arrives")
                """,
              bound: 2, recovered: "shard assigned again", seen: .losing(shard))
          ) {
            if !isTold { await scene.twitch.add(Simulator.DeliveryFault(.drop, type: "conduit.shard.disabled")) }
            try await scene.twitch.dropSockets("shard:\(shard)", code: code == 1006 ? nil : code)
          } recovery: { window in
            try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
          }
        }
      }
    }
  }

  @Test(arguments: [false, true])
  func aPlannedReconnectLosesNothing(newSession: Bool) async throws {
    try await withScene { scene in
      await scene.twitch.setBehavior { $0.newSessionOnReconnect = newSession }
      try await scene.measure(
        .init(
          "planned reconnect, \(newSession ? "new" : "same") session id", made: "session_reconnect to shard 0",
          bound: 2, recovered: "old socket closed",
          // It was planned, so that the log has nothing of it.
          seen: Sight(metrics: [#"shard_reconnects_total{shard="0"}"#: 1]), isHarmless: true),
        pause: .milliseconds(1)
      ) { window in
        let sequence = await scene.twitch.lastSequence()
        try await scene.twitch.requestReconnect("shard:0")
        // The old socket is left to us to close: under the same id it retires, under a new one its session ends.
        let end = newSession ? "socket.closed" : "socket.retired"
        _ = try await scene.twitch.events(end, after: sequence, within: window.left)
        try await scene.twitch.wait(for: .init(sockets: 2, shards: 2, exactly: true), within: window.left)
      }
      #expect(try await scene.shardLosses() == (0, 0))
      #expect(try await scene.metric(#"chat_relay_shard_reconnects_total{shard="0"}"#) == 1)
    }
  }

  @Test func everyShardIsAskedToMoveAtOnce() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "all shards asked to move at once", made: "session_reconnect to all", bound: 3, recovered: "both moved",
          seen: Sight(metrics: [
            #"shard_reconnects_total{shard="0"}"#: 1, #"shard_reconnects_total{shard="1"}"#: 1,
          ]), isHarmless: true),
        pause: .milliseconds(1)
      ) { window in
        let sequence = await scene.twitch.lastSequence()
        try await scene.twitch.requestReconnect("all")
        let first = try await scene.twitch.events("socket.retired", after: sequence, within: window.left)
        if first.count < 2 {
          _ = try await scene.twitch.events("socket.retired", after: first[0].sequence, within: window.left)
        }
        try await scene.twitch.wait(for: .init(sockets: 2, shards: 2, exactly: true), within: window.left)
      }
      #expect(try await scene.shardLosses() == (0, 0))
    }
  }

  @Test func theReconnectURLIsDead() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "reconnect URL dead", made: "session_reconnect to a port where nobody listens", bound: 5,
          recovered: "shard assigned to a fresh session", seen: .failingToMove("0"))
      ) { window in
        let sequence = await scene.twitch.lastSequence()
        try await scene.twitch.requestReconnect("shard:0", url: "ws://127.0.0.1:1/ws?challenge=a&id=b")
        _ = try await scene.twitch.events("shard.enabled", after: sequence, within: window.left)
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }

  @Test func aWelcomeNamesAnImpossibleKeepalive() async throws {
    try await withScene { scene in
      let sequence = await scene.twitch.lastSequence()
      let written = ["9300000000000", "9223372036854775807", "0", "-5", "null"]
      for keepalive in written {
        await scene.twitch.setBehavior { $0.welcomeKeepalive = keepalive }
        try await scene.measure(
          .init(
            "keepalive of \(keepalive) s", made: "shard 0's socket reset; the next welcome has such a keepalive",
            bound: 2, recovered: "shard assigned again",
            // That of the reset: what such a welcome says is no matter.
            seen: .losing("0"))
        ) {
          try await scene.twitch.dropSockets("shard:0", code: nil)
        } recovery: { window in
          try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
        }
        // Nobody talks for a while, and nothing is amiss.
        let quiet = await scene.twitch.lastSequence()
        _ = try? await scene.twitch.events("socket.opened", after: quiet, within: 2)
      }
      let opened = try await scene.twitch.events("socket.opened", after: sequence)
      #expect(opened.count == written.count)
    }
  }

  @Test func aShardIsDisabledWhileItsSocketLooksAlive() async throws {
    try await withScene { scene in
      try await scene.losingOneSession {
        try await scene.measure(
          .init(
            "shard disabled, socket alive",
            made: "a line is lost on shard 1, which is set to websocket_internal_error, its socket left open", bound: 2,
            recovered: "shard assigned again", seen: .losing("1"))
        ) {
          try await scene.loseLine(onShard: "1", of: "pier")
          try await scene.twitch.disableShard("1")
        } recovery: { window in
          try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
        }
      }
    }
  }

  @Test func aShardIsDisabledAndNobodyHearsOfIt() async throws {
    try await withScene { scene in
      try await scene.losingOneSession {
        try await scene.measure(
          .init(
            "shard disabled, socket alive, not told", made: "the same, and conduit.shard.disabled never arrives",
            bound: 10,
            recovered: "shard assigned again", seen: .losing("1"))
        ) {
          await scene.twitch.add(Simulator.DeliveryFault(.drop, type: "conduit.shard.disabled"))
          try await scene.loseLine(onShard: "1", of: "pier")
          try await scene.twitch.disableShard("1")
        } recovery: { window in
          try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
        }
      }
    }
  }

  @Test func anAssignmentSucceedsForSomeShardsOnly() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "PATCH succeeds for some shards only", made: "both sockets reset, shard 1 refused once inside a 202",
          bound: 5,
          recovered: "both shards assigned",
          seen: Sight(
            log: ["shard not assigned": 1, Sight.lost("0"): 1, Sight.lost("1"): 1],
            metrics: [
              #"shard_losses_total{shard="0"}"#: 1, #"shard_losses_total{shard="1"}"#: 1,
              Sight.calls("PATCH", "eventsub/conduits/shards", "202"): 2,
            ]))
      ) {
        await scene.twitch.failShard("1")
        try await scene.twitch.dropSockets("all", code: nil)
      } recovery: { window in
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }

  @Test func anAssignmentIsMalformedToTwitch() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "malformed-400 on PATCH",
          made: "socket of shard 0 reset, the next two PATCHes answered 400 with an empty parameter name",
          bound: 5, recovered: "both shards assigned",
          seen: Sight(
            log: ["assigning shards failed": 1, Sight.lost("0"): 1],
            metrics: [
              #"shard_losses_total{shard="0"}"#: 1, Sight.calls("PATCH", "eventsub/conduits/shards", "400"): 2,
            ]))
      ) {
        await scene.twitch.add(
          Simulator.CallFault(
            "PATCH", "/helix/eventsub/conduits/shards", times: 2, status: 400,
            message: #"Missing required parameter """#))
        try await scene.twitch.dropSockets("shard:0", code: nil)
      } recovery: { window in
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }
}

extension Scene {
  /// Lets a line be said that reaches nobody, since its channel's shard has fallen silent.
  fileprivate func loseLine(onShard shard: String, of channel: String) async throws {
    try await twitch.silence("shard:\(shard)")
    try await twitch.say(.init(from: "gull", "into the void"), in: channel)
  }

  /// Runs a script that costs one shard its session, which the log has to say once, and the metrics to count.
  fileprivate func losingOneSession(_ script: () async throws -> Void) async throws {
    let before = try await shardLosses()
    try await script()
    let after = try await shardLosses()
    #expect(after.logged == before.logged + 1)
    #expect(after.counted == before.counted + 1)
  }
}
