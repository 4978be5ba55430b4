import TestSupport
import Testing
import TwitchSimulator

/// Notifications that come twice, in disorder, or not as they should.
@Suite(.timeLimit(.minutes(2))) struct DeliveryTests {
  @Test func whatComesTwiceOrBrokenCostsNothingElse() async throws {
    let twice = Sight(metrics: ["duplicates_dropped_total": 10])
    // Twitch may add what it likes, and sizes are no matter.
    let none = Sight.nothing
    let faults: [(Simulator.DeliveryFault.Kind, String, String, Sight)] = [
      (.twoShards, "same message id on two shards", "a notification comes on its shard and on the other one", twice),
      (
        .duplicateNewId, "one chat message under two notification ids", "a notification comes twice, under two ids",
        twice
      ),
      (.duplicate, "the same notification twice", "a notification comes twice, under one id", twice),
      (
        .unknownType, "unknown subscription type", "a chat message comes under a type that nobody knows",
        Sight(metrics: [#"messages_received_total{type="unknown"}"#: 10])
      ),
      (
        .unknownValues, "unknown enum values and keys", "message_type, fragment types and a key that nobody knows", none
      ),
      (.nullArrays, "null arrays", "fragments, badges and others are null", none),
      (.huge, "1 MB frame", "a chat message carries a key with 1 MiB of text", none),
      // What comes now is told as a gap, which may come two seconds later. Twitch picks the shard, and may pick any.
      (.otherShard, "a notification on another shard", "a notification comes on the other shard", none),
      // A session says once that it skips something.
      (.brokenUTF8, "broken UTF-8", "a frame of shard 0 is no UTF-8", .skipping("0")),
      (.brokenJSON, "broken JSON", "a frame of shard 1 ends in the middle", .skipping("1")),
    ]
    let shards: [Simulator.DeliveryFault.Kind: String] = [.brokenUTF8: "0", .brokenJSON: "1"]
    try await withScene { scene in
      for (kind, name, made, seen) in faults {
        let times = kind == .huge ? 3 : 10
        // What nobody can read may have been a line, and what comes over the other shard waits, but not for long.
        let isHarmless = ![.brokenUTF8, .brokenJSON, .otherShard].contains(kind)
        try await scene.measure(
          .init(
            name, made: "\(made), \(times) times", bound: 5, recovered: "all lines arrived", seen: seen,
            isHarmless: isHarmless)
        ) { window in
          let sequence = await scene.twitch.lastSequence()
          await scene.twitch.add(
            Simulator.DeliveryFault(kind, type: "channel.chat.message", shard: shards[kind], times: times))
          var hits = 0
          var last = sequence
          while hits < times {
            let events = try await scene.twitch.events("fault.delivery", after: last, within: window.left)
            hits += events.count
            last = events.last?.sequence ?? last
          }
        }
      }
      // Each of the two sessions says once that it skips something.
      #expect(try scene.logCount("EventSub frame skipped") == 2)
      // Not one of them cost a connection.
      #expect(await scene.twitch.counters().socketsClosed == 0)
      #expect(await scene.twitch.counters().socketsOpened == 2)
    }
  }

  @Test func whatOvertakesOnAnotherShardWaitsForItsTurn() async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "notifications ahead of their time on another shard",
          made: "one is 45 ms late, the next two come on the other shard at once, 6 times", bound: 20,
          recovered: "all lines arrived",
          // Twitch picks the shard and keeps no order between them: all of it is in turn again after a moment.
          seen: .nothing)
      ) { window in
        for round in 0..<6 {
          let (type, shard) = ("channel.chat.message", "\(round % 2)")
          let sequence = await scene.twitch.lastSequence()
          await scene.twitch.add(Simulator.DeliveryFault(.delay, type: type, shard: shard, delay: 0.045))
          await scene.twitch.add(Simulator.DeliveryFault(.otherShard, type: type, shard: shard, times: 2))
          var hits = 0
          var last = sequence
          while hits < 3 {
            let events = try await scene.twitch.events("fault.delivery", after: last, within: window.left)
            hits += events.count
            last = events.last?.sequence ?? last
          }
          try await window.client.until("lines after those", within: window.left) {
            [seen = await window.client.lines.count] in $0.lines.count > seen + 8
          }
        }
      }
    }
  }
}

extension Sight {
  /// Ten frames of a shard that nobody can read, of which the log is told once.
  fileprivate static func skipping(_ shard: String) -> Sight {
    Sight(
      log: ["shard=\(shard) .*EventSub frame skipped": 1],
      metrics: [#"shard_frames_skipped_total{shard="\#(shard)"}"#: 10])
  }
}
