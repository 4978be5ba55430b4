import Testing

@testable import Twitch

/// When Twitch's list is looked at, and what is read from it.
@Suite struct ConduitLookTests {
  @Test(arguments: [1, 3, 5])
  func thatSomebodyResizedTheConduitIsToldAndUndone(count: Int) {
    var script = ConduitScript.ready(2)
    _ = script.steps(after: 6)
    let shards = (0..<min(count, 2)).map { ModelTwitch.shard(ShardID($0), .enabled, SessionID("S\($0)")) }
    let look = ConduitState.Look(conduit: Conduit(id: "C", shardCount: count), shards: shards)
    #expect(script.looksLate(look) == true)
    #expect(!script.state.isReady)
    // One shard that nobody listens to has another one to step in for it, if there is another one.
    #expect(script.state.isLossy == (count != 3))
    #expect(script.steps().contains(.resize("C", shardCount: 2)))
    script.state.resized("C", .success(Conduit(id: "C", shardCount: 2)), at: script.now, using: &script.generator)
    _ = script.steps(after: 6)
    let both = (0..<2).map { ModelTwitch.shard(ShardID($0), .enabled, SessionID("S\($0)")) }
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: both)) == false)
  }

  @Test func thatAShardWasDisabledWithoutAWordIsTold() {
    var script = ConduitScript.ready(2)
    _ = script.steps(after: 6)
    let shards = [ModelTwitch.shard("0", .enabled, "S0"), ModelTwitch.shard("1", "websocket_internal_error", "S1")]
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: shards)) == true)
    _ = script.steps(after: 6)
    // What is known already is not told again.
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: shards)) == false)
  }

  @Test func whatDeliversIsLookedAtBeforeAnotherSessionTakesItsPlace() {
    var script = ConduitScript.ready(2)
    script.state.welcomed("0", "T0")
    #expect(script.steps() == [.look("C")])
    // It had been disabled, and nobody had said so.
    let shards = [ModelTwitch.shard("0", "websocket_internal_error", "S0"), ModelTwitch.shard("1", .enabled, "S1")]
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: shards)) == true)
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")])])
  }

  @Test func aLookDoesNotRepeatAnAssignmentThatIsUnderWay() {
    var script = ConduitScript.ready(2)
    script.lost("0")
    _ = script.steps(after: 0.6)
    script.state.welcomed("0", "T0")
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")])])
    #expect(script.steps(after: 6) == [.look("C")])
    let shards = [ModelTwitch.shard("0", "websocket_disconnected", "S0"), ModelTwitch.shard("1", .enabled, "S1")]
    script.looked(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: shards))
    #expect(script.steps().isEmpty)
  }

  @Test func aLookThatWasAskedForBeforeTheWelcomeDoesNotCount() {
    var script = ConduitScript.ready(2)
    #expect(script.steps(after: 6) == [.look("C")])
    script.state.welcomed("0", "T0")
    #expect(script.steps().isEmpty)
    #expect(script.looksLate(script.unchanged) == false)
    #expect(script.steps() == [.look("C")])
    #expect(script.looksLate(script.unchanged) == false)
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")])])
  }

  /// A try without an answer may have taken effect, and what it put there been disabled until the next one hides that.
  @Test func eachNewTryToReplaceWhatDeliversComesAfterALook() {
    var script = ConduitScript.ready(2)
    script.state.welcomed("0", "T0")
    let assignment: [ShardID: ShardTransport] = ["0": .webSocket("T0")]
    #expect(script.stepsOnceLookedAt() == [.assign("C", assignment)])
    script.assignment(failed: .unanswered("reset"), assignment)
    #expect(script.steps(after: 1) == [.look("C")])
    #expect(script.steps(after: 1).isEmpty)
    let shards = [ModelTwitch.shard("0", "websocket_internal_error", "T0"), ModelTwitch.shard("1", .enabled, "S1")]
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: shards)) == true)
    #expect(script.steps() == [.assign("C", assignment)])
    // Nothing delivers there now, which nothing can hide.
    script.assignment(failed: .server(status: 503), assignment)
    #expect(script.steps(after: 2) == [.assign("C", assignment)])
  }

  @Test func aLookThatFailsIsNotWaitedForAndSomethingMayBeMissing() {
    var script = ConduitScript.ready(2)
    script.state.welcomed("0", "T0")
    #expect(script.steps() == [.look("C")])
    let isLate = script.state.looked(
      at: "C", .failure(.server(status: 500)), askedAt: script.now, at: script.now, using: &script.generator)
    #expect(isLate)
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")])])
    // One that nothing waited for tells nothing.
    #expect(script.steps(after: 6) == [.look("C")])
    let isLateAgain = script.state.looked(
      at: "C", .failure(.server(status: 500)), askedAt: script.now, at: script.now, using: &script.generator)
    #expect(!isLateAgain)
  }

  @Test func whoeverResizedTheConduitBeforeWeDoIsSeen() {
    var script = ConduitScript.ready(2)
    script.state.want(ConduitScript.sockets(3))
    #expect(script.steps() == [.look("C")])
    #expect(script.steps(after: 1).isEmpty)
    let shards = [ModelTwitch.shard("0", .enabled, "S0"), ModelTwitch.shard("1", .enabled, "S1")]
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 5), shards: shards)) == true)
    #expect(script.steps().contains(.resize("C", shardCount: 3)))
  }

  @Test func aLostShardIsAssignedWithoutALook() {
    var script = ConduitScript.ready(2)
    script.lost("0")
    _ = script.steps(after: 0.6)
    script.state.welcomed("0", "T0")
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")])])
  }

  @Test func theConduitIsLookedAtEveryFiveSecondsAndOneLookAtATime() {
    var script = ConduitScript.ready(2)
    #expect(!script.steps(after: 4).contains(.look("C")))
    #expect(script.steps(after: 1.1) == [.look("C")])
    #expect(!script.steps(after: 500).contains(.look("C")))
    script.looked(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: []))
    #expect(script.steps(after: 5.1).contains(.look("C")))
  }

  @Test func aLongListIsLookedAtLessOften() {
    var script = ConduitScript.ready(40)
    #expect(!script.steps(after: 14).contains(.look("C")))
    #expect(script.steps(after: 1.1) == [.look("C")])
  }

  @Test func whatTwitchListsDecides() {
    var script = ConduitScript.ready(4)
    _ = script.steps(after: 120)
    script.looked(
      ConduitState.Look(
        conduit: Conduit(id: "C", shardCount: 4),
        shards: [
          ModelTwitch.shard("0", .enabled, "S0"), ModelTwitch.shard("1", "websocket_network_error", "S1"),
          ModelTwitch.shard("2", .enabled, "somebody's"),
        ]))
    #expect(script.state.shards.map(\.isReady) == [true, false, false, false])
    let steps = Set(script.steps() + script.steps(after: 0.501))
    #expect(
      steps == [
        .disconnect("1"), .connect("1"), .assign("C", ["2": .webSocket("S2"), "3": .webSocket("S3")]),
      ])
  }

  @Test func aConduitThatIsNotListedAnyMoreIsGone() {
    var script = ConduitScript.ready(1)
    _ = script.steps(after: 120)
    script.looked(ConduitState.Look(conduit: nil, shards: []))
    #expect(script.state.conduit == nil)
    #expect(script.steps(after: 0.501) == [.list])
  }

  @Test func aConduitThatSomebodyResizedIsSetRight() {
    var script = ConduitScript.ready(2)
    _ = script.steps(after: 120)
    script.looked(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 5), shards: []))
    #expect(script.steps().contains(.resize("C", shardCount: 2)))
  }
}
