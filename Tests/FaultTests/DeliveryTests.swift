import TestSupport
import Testing
import TwitchSimulator

/// Notifications that come twice, in disorder, or not as they should.
@Suite(.timeLimit(.minutes(2))) struct DeliveryTests {
  @Test func whatComesTwiceOrBrokenCostsNothingElse() async throws {
    let faults: [(Simulator.DeliveryFault.Kind, String, String)] = [
      (.twoShards, "same message id on two shards", "a notification comes on its shard and on the other one"),
      (.duplicateNewId, "one chat message under two notification ids", "a notification comes twice, under two ids"),
      (.duplicate, "the same notification twice", "a notification comes twice, under one id"),
      (.unknownType, "unknown subscription type", "a chat message comes under a type that nobody knows"),
      (.unknownValues, "unknown enum values and keys", "message_type, fragment types and a key that nobody knows"),
      (.nullArrays, "null arrays", "fragments, badges and others are null"),
      (.huge, "1 MB frame", "a chat message carries a key with 1 MiB of text"),
      // What comes now is told as a gap, which may come two seconds later.
      (.otherShard, "a notification on another shard", "a notification comes on the other shard"),
      (.brokenUTF8, "broken UTF-8", "a frame is no UTF-8"), (.brokenJSON, "broken JSON", "a frame ends in the middle"),
    ]
    try await withScene { scene in
      for (kind, name, made) in faults {
        let times = kind == .huge ? 3 : 10
        // What nobody can read may have been a line, and what comes over the other shard waits, but not for long.
        let isHarmless = ![.brokenUTF8, .brokenJSON, .otherShard].contains(kind)
        try await scene.measure(
          .init(name, made: "\(made), \(times) times", bound: 5, recovered: "all lines arrived", isHarmless: isHarmless)
        ) { window in
          let sequence = await scene.twitch.lastSequence()
          await scene.twitch.add(Simulator.DeliveryFault(kind, type: "channel.chat.message", times: times))
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
      #expect(1...2 ~= (try scene.logCount("EventSub frame skipped")))
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
          recovered: "all lines arrived")
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
