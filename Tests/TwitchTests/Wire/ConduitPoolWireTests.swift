import Testing
import TwitchSimulator

@testable import Twitch

@Suite(.timeLimit(.minutes(1))) struct ConduitPoolWireTests {
  private func say(_ text: String, _ twitch: Simulator) async throws {
    try await twitch.say(Simulator.Line(from: "guest", text), in: "harbor")
  }

  // Start.

  @Test func aFreshPoolMakesAConduitAndReadsChat() async throws {
    try await withPool { host, twitch in
      #expect(await twitch.conduits().map(\.shardCount) == [2])
      #expect(await twitch.conduits().map(\.id.rawValue) == host.conduits.map(\.rawValue))
      #expect(await twitch.subscriptions().count == 9)
      try await say("hello", twitch)
      await host.until { $0.lines == ["hello"] }
    }
  }

  @Test func aRestartAdoptsTheConduitAndItsSubscriptions() async throws {
    try await withPool { host, twitch in
      let calls = await twitch.counters().callsByKind
      let conduit = try #require(await host.status.conduit)
      await host.stop()
      let again = await host.another(on: twitch, stored: conduit)
      await again.until { $0.isComplete }
      let kind = "POST /helix/eventsub/subscriptions"
      let created = await twitch.counters().callsByKind.filter { $0.key.hasPrefix(kind) }
      #expect(created == calls.filter { $0.key.hasPrefix(kind) })
      #expect(await twitch.conduits().count == 1)
      await again.stop()
    }
  }

  @Test func theOnlyConduitThereIsIsAdoptedAndResized() async throws {
    try await withPool(stored: "gone", prepare: { _ = try await $0.addConduit(shardCount: 5) }) { host, twitch in
      #expect(await twitch.conduits().map(\.shardCount) == [2])
      #expect(await host.conduits.count == 1)
    }
  }

  @Test func foreignConduitsAreLeftAlone() async throws {
    try await withPool(
      prepare: {
        _ = try await $0.addConduit(shardCount: 1)
        _ = try await $0.addConduit(shardCount: 4)
      },
      { _, twitch in
        #expect(await twitch.conduits().map(\.shardCount).sorted() == [1, 2, 4])
      })
  }

  @Test func theConduitLimitIsToldAndSurvived() async throws {
    try await withPool(
      isReady: false,
      prepare: { for _ in 0..<5 { _ = try await $0.addConduit(shardCount: 1) } },
      { host, twitch in
        await host.until { $0.status.isAtConduitLimit }
        #expect(await twitch.conduits().count == 5)
        try await twitch.deleteConduit()
        await host.until { $0.isComplete }
        #expect(await !host.status.isAtConduitLimit)
      })
  }

  // Loss.

  @Test(arguments: [nil, 4000, 4002, 4003, 4005, 4006, 4007, 4999, 1000, 1001, 1012] as [UInt16?])
  func aDroppedSocketIsReplaced(code: UInt16?) async throws {
    try await withPool { host, twitch in
      let before = await host.sessions
      try await twitch.dropSockets("shard:0", code: code)
      await host.until { !$0.isReady }
      await host.until { $0.isReady }
      let after = await host.sessions
      #expect(after[0] != before[0])
      #expect(after[1] == before[1])
      try await say("still here", twitch)
      await host.until { $0.lines == ["still here"] }
    }
  }

  @Test func allSocketsLostAtOnceAreReplaced() async throws {
    try await withPool(shards: 5) { host, twitch in
      try await twitch.dropSockets("all", code: nil)
      await host.until { !$0.isReady }
      await host.until { $0.isReady }
      try await say("back", twitch)
      await host.until { $0.lines == ["back"] }
      #expect(await twitch.conduits().count == 1)
    }
  }

  @Test func aSilentSocketIsReplaced() async throws {
    try await withPool { host, twitch in
      let before = await host.sessions
      try await twitch.silence("shard:1")
      await host.until { !$0.isReady }
      await host.until { $0.isReady }
      #expect(await host.sessions[1] != before[1])
    }
  }

  @Test func aShardDisabledBehindALivingSocketGetsANewOne() async throws {
    try await withPool { host, twitch in
      let before = await host.sessions
      try await twitch.disableShard("1")
      await host.until { $0.isReady && $0.sessions[1] != before[1] }
      #expect(await host.sessions[0] == before[0])
      try await twitch.wait(for: Simulator.Expectation(sockets: 2, shards: 2, exactly: true))
    }
  }

  @Test func aMissingWelcomeIsNotWaitedForForEver() async throws {
    try await withPool { host, twitch in
      await twitch.setBehavior { $0.sendsWelcome = false }
      try await twitch.dropSockets("shard:0", code: nil)
      await host.until { !$0.isReady }
      let opened = try await twitch.events("socket.opened", after: twitch.lastSequence() - 1)
      await twitch.setBehavior { $0.sendsWelcome = true }
      #expect(!opened.isEmpty)
      await host.until { $0.isReady }
    }
  }

  // Planned reconnects.

  @Test(arguments: [false, true]) func aPlannedReconnectLosesNothing(isNewSession: Bool) async throws {
    try await withPool { host, twitch in
      await twitch.setBehavior { $0.newSessionOnReconnect = isNewSession }
      let before = await host.sessions
      for number in 0..<20 {
        if number == 5 { try await twitch.requestReconnect("all") }
        try await say("line \(number)", twitch)
      }
      if isNewSession {
        await host.until { host in !zip(host.sessions, before).contains { $0 == $1 } && host.isReady }
      }
      try await twitch.wait(for: Simulator.Expectation(sockets: 2, shards: 2, exactly: true), within: 20)
      try await say("last", twitch)
      await host.until { $0.lines.last == "last" }
      #expect(await host.lines == (0..<20).map { "line \($0)" } + ["last"])
      #expect(await host.isReady)
      if !isNewSession { #expect(await host.sessions == before) }
      #expect(await twitch.counters().lost == 0)
    }
  }

  @Test func aDeadReconnectURLLeadsToAFreshSocket() async throws {
    try await withPool { host, twitch in
      let before = await host.sessions
      try await twitch.requestReconnect("shard:0", url: "ws://127.0.0.1:1/ws?dead=1")
      try await say("meanwhile", twitch)
      await host.until { $0.lines == ["meanwhile"] }
      await host.until { $0.isReady && $0.sessions[0] != before[0] }
      try await twitch.wait(for: Simulator.Expectation(sockets: 2, shards: 2, exactly: true))
      try await say("after", twitch)
      await host.until { $0.lines == ["meanwhile", "after"] }
    }
  }

  // Helix.

  @Test func aShardThatIsRefusedIsTriedAgain() async throws {
    try await withPool { host, twitch in
      await twitch.failShard("0", times: 3)
      try await twitch.dropSockets("all", code: nil)
      await host.until { !$0.isReady }
      await host.until { $0.isReady }
    }
  }

  @Test(arguments: [400, 401, 429, 500, 503]) func aCallThatFailsIsTriedAgain(status: Int) async throws {
    try await withPool { host, twitch in
      await twitch.add(
        Simulator.CallFault("PATCH", "/helix/eventsub/conduits/shards", times: 2, status: status, message: "no"))
      try await twitch.dropSockets("all", code: nil)
      await host.until { !$0.isReady }
      await host.until { $0.isReady }
    }
  }

  @Test(arguments: [Simulator.CallFault.Outcome.drop, .lose]) func anAnswerThatIsLostIsAskedForAgain(
    outcome: Simulator.CallFault.Outcome
  ) async throws {
    try await withPool { host, twitch in
      await twitch.add(Simulator.CallFault("PATCH", "/helix/eventsub/conduits/shards", outcome: outcome))
      try await twitch.dropSockets("shard:0", code: nil)
      await host.until { !$0.isReady }
      await host.until { $0.isReady }
    }
  }

  @Test func aDeletedConduitIsRebuiltWithAllSubscriptions() async throws {
    try await withPool { host, twitch in
      let old = try #require(await host.status.conduit)
      let session = try #require(await host.sessions[0])
      try await twitch.deleteConduit()
      try await twitch.dropSockets(session.rawValue, code: nil)
      await host.until { $0.isComplete && $0.status.conduit != old }
      #expect(await host.conduits.count == 2)
      try await say("new home", twitch)
      await host.until { $0.lines == ["new home"] }
    }
  }

  // Size.

  @Test func aPoolGrowsAndShrinks() async throws {
    try await withPool(shards: 1) { host, twitch in
      await twitch.setBehavior { $0.shrinkLeavesShards = true }
      await host.wantShards(12)
      await host.until { $0.isReady && $0.sessions.count == 12 }
      #expect(await twitch.conduits().map(\.shardCount) == [12])
      await host.wantShards(2)
      try await twitch.wait(for: Simulator.Expectation(sockets: 2, exactly: true))
      #expect(await twitch.conduits().map(\.shardCount) == [2])
      await host.until { $0.isReady }
    }
  }

  @Test(arguments: [1, 7]) func thatSomebodyResizedTheConduitIsToldAndUndone(count: Int) async throws {
    try await withPool { host, twitch in
      let (gaps, session) = (await host.gaps, await host.sessions[0])
      try await twitch.resizeConduit(to: count)
      let resized = await twitch.lastSequence()
      await host.until { $0.gaps > gaps }
      _ = try await twitch.events("conduit.resized", after: resized, within: 20)
      await host.until { $0.isReady }
      #expect(await twitch.conduits().map(\.shardCount) == [2])
      // The shard that was there all the time has kept its socket.
      #expect(await host.sessions[0] == session)
    }
  }

  // Deliveries.

  @Test(arguments: [
    Simulator.DeliveryFault.Kind.duplicate, .duplicateNewId, .twoShards, .otherShard, .nullArrays, .unknownValues,
    .huge,
  ])
  func whateverHappensToADeliveryItArrivesOnce(kind: Simulator.DeliveryFault.Kind) async throws {
    try await withPool { host, twitch in
      await twitch.add(Simulator.DeliveryFault(kind, times: 3))
      for number in 0..<5 { try await say("line \(number)", twitch) }
      await host.until { Set($0.lines).count == 5 }
      try await say("end", twitch)
      await host.until { $0.lines.contains("end") }
      #expect(await host.lines.sorted() == ["end"] + (0..<5).map { "line \($0)" })
    }
  }

  @Test(arguments: [Simulator.DeliveryFault.Kind.unknownType, .brokenJSON])
  func whatCannotBeReadIsSkippedAndTheRestArrives(kind: Simulator.DeliveryFault.Kind) async throws {
    try await withPool { host, twitch in
      await twitch.add(Simulator.DeliveryFault(kind, times: 1))
      try await say("lost", twitch)
      try await say("found", twitch)
      await host.until { $0.lines.contains("found") }
      #expect(await host.lines == ["found"])
      #expect(await host.isReady)
    }
  }

  @Test func aShardMayBeACallback() async throws {
    try await withPool { host, twitch in
      try await host.wantCallback()
      try await twitch.wait(for: Simulator.Expectation(sockets: 0, shards: 1, exactly: true))
      await host.until { $0.isReady && $0.sessions == [nil] }
      try await say("over HTTP", twitch)
      await host.until { $0.lines == ["over HTTP"] }
      #expect(try await twitch.replayWebhook() == 204)
      #expect(try await twitch.replayWebhook(badSignature: true) == 403)
      #expect(try await twitch.replayWebhook(ageSeconds: 601) == 403)
      #expect(await host.lines == ["over HTTP"])
      try await twitch.ban("bot", in: "harbor")
      await host.until { $0.revocations.contains { $0.status == "chat_user_banned" } }
    }
  }

  @Test(arguments: [3600.0, -3600]) func aWrongClockRefusesNoCallback(skew: Double) async throws {
    try await withPool { host, twitch in
      await twitch.skewClock(by: skew)
      try await host.wantCallback()
      await host.until { $0.isReady && $0.sessions == [nil] }
      try await say("at another hour", twitch)
      await host.until { $0.lines == ["at another hour"] }
      // Another clock is known to the second at best.
      #expect(try await twitch.replayWebhook(ageSeconds: 660) == 403)
    }
  }

  @Test func textThatIsNoUTF8CostsNoConnection() async throws {
    try await withPool { host, twitch in
      let before = await host.sessions
      await twitch.add(Simulator.DeliveryFault(.brokenUTF8, times: 1))
      try await say("damaged", twitch)
      try await say("whole", twitch)
      await host.until { $0.lines.last == "whole" }
      #expect(await host.sessions == before)
    }
  }

  @Test func revocationsAreHandedUpAndTheChannelIsReported() async throws {
    try await withPool { host, twitch in
      try await twitch.ban("bot", in: "harbor")
      await host.until { $0.revocations.contains { $0.status == "chat_user_banned" } }
      await host.until { $0.status.unreadable[$0.channel] != nil }
      #expect(await host.isReady)
    }
  }
}
