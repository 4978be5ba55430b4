import Testing
import TwitchSimulator

/// Faults that take their time by nature: each against a gateway of its own, all at once.
@Suite(.timeLimit(.minutes(2))) struct SilenceTests {
  @Test func silenceIsNoticed() async throws {
    await withTaskGroup { group in
      for script in [aShardIsHalfOpen, aSocketIsNotWelcomed, aWelcomeComesLate, theReconnectURLIsSilent] {
        group.addTask {
          do { try await script() } catch { Issue.record(error) }
        }
      }
    }
  }

  private func aShardIsHalfOpen() async throws {
    try await withScene { scene in
      let before = await scene.twitch.lastSequence()
      try await scene.measure(
        .init(
          "half-open shard", made: "nothing is sent to shard 0's socket any more, while it stays open", bound: 12,
          recovered: "noticed: a new session begun (and assigned within 2 s more)",
          seen: Sight(
            log: ["no keepalive.*shard=0.*shard lost": 1],
            metrics: [
              #"shard_losses_total{shard="0"}"#: 1, #"shard_ends_total{reason="silent",shard="0"}"#: 1,
            ])),
        filter: "silenceIsNoticed"
      ) { window in
        let sequence = await scene.twitch.lastSequence()
        try await scene.twitch.silence("shard:0")
        _ = try await scene.twitch.events("socket.opened", after: sequence, within: window.left)
      } aftermath: {
        _ = try await scene.twitch.events("shard.enabled", after: before, within: Record.isAtFullSize ? 2 : 5)
      }
      #expect(try await scene.shardLosses() == (1, 1))
    }
  }

  private func aSocketIsNotWelcomed() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "no welcome", made: "shard 0's socket reset; the next socket gets no welcome, later ones do", bound: 12,
          recovered: "shard assigned", told: .init("shards_lost"), seen: .unwelcome),
        filter: "silenceIsNoticed"
      ) { window in
        let sequence = await scene.twitch.lastSequence()
        await scene.twitch.setBehavior { $0.sendsWelcome = false }
        try await scene.twitch.dropSockets("shard:0", code: nil)
        _ = try await scene.twitch.events("socket.opened", after: sequence, within: window.left)
        await scene.twitch.setBehavior { $0.sendsWelcome = true }
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }

  private func aWelcomeComesLate() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "welcome after the 10 s",
          made: "shard 0's socket reset; the next socket is welcomed after 11 s, later ones at once",
          bound: 12, recovered: "shard assigned", told: .init("shards_lost"), seen: .unwelcome),
        filter: "silenceIsNoticed"
      ) { window in
        let sequence = await scene.twitch.lastSequence()
        await scene.twitch.setBehavior { $0.welcomeDelaySeconds = 11 }
        try await scene.twitch.dropSockets("shard:0", code: nil)
        _ = try await scene.twitch.events("socket.opened", after: sequence, within: window.left)
        await scene.twitch.setBehavior { $0.welcomeDelaySeconds = 0 }
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }

  private func theReconnectURLIsSilent() async throws {
    try await withScene { scene in
      let silence = try SilentPort()
      try await scene.measure(
        .init(
          "reconnect URL silent", made: "session_reconnect to a port that accepts and says nothing", bound: 14,
          recovered: "shard assigned to a fresh session", seen: .failingToMove("0")),
        filter: "silenceIsNoticed"
      ) { window in
        let sequence = await scene.twitch.lastSequence()
        try await scene.twitch.requestReconnect("shard:0", url: "ws://127.0.0.1:\(silence.port)/ws?challenge=a&id=b")
        _ = try await scene.twitch.events("shard.enabled", after: sequence, within: window.left)
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }
}

extension Sight {
  /// The loss of shard 0, and a socket without a welcome.
  fileprivate static let unwelcome = Sight(
    log: [lost("0"): 1, "no welcome.*shard=0.*shard not connected": 1],
    metrics: [
      #"shard_losses_total{shard="0"}"#: 1, #"shard_ends_total{reason="not_welcomed",shard="0"}"#: 1,
    ])
}
