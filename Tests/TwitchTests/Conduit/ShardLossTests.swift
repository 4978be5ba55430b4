import Testing

@testable import Twitch

/// What follows when a shard is lost, or the conduit is.
@Suite struct ShardLossTests {
  @Test func aLostShardIsConnectedAgainWithinHalfASecond() {
    var script = ConduitScript.ready(2)
    script.lost("1")
    #expect(!script.state.isReady)
    #expect(script.steps(after: 0.501) == [.connect("1")])
  }

  @Test func aShardThatWasReadyStartsAnewHoweverOftenItIsLost() {
    var script = ConduitScript.ready(1)
    for round in 0..<20 {
      script.lost("0")
      #expect(script.steps(after: 0.501).contains(.connect("0")))
      let call = [ShardID("0"): ShardTransport.webSocket(SessionID("T\(round)"))]
      script.state.welcomed("0", SessionID("T\(round)"))
      #expect(script.steps().contains(.assign("C", call)))
      script.assigned(call, ShardUpdate(updated: [], failures: []))
    }
  }

  @Test func whatIsWelcomedIsAssignedBeforeTwitchClosesIt() {
    var script = ConduitScript.ready(1)
    script.state.welcomed("0", "T")
    let call = [ShardID("0"): ShardTransport.webSocket("T")]
    #expect(script.stepsOnceLookedAt() == [.assign("C", call)])
    for _ in 0..<20 {
      script.assignment(failed: .server(status: 500), call)
      script.now += .seconds(2.001)
      #expect(script.stepsOnceLookedAt() == [.assign("C", call)])
    }
  }

  @Test func whenOneShardComesBackTheOthersHurry() throws {
    var script = ConduitScript.ready(2)
    for _ in 0..<12 {
      script.lost("0")
      script.lost("1")
      while !script.state.shards.allSatisfy({ $0.phase == .connecting }) {
        script.now = try #require(script.state.wake(after: script.now))
        _ = script.steps()
      }
    }
    script.state.welcomed("1", "T1")
    script.lost("0")
    let call = [ShardID("1"): ShardTransport.webSocket("T1")]
    #expect(script.steps().contains(.assign("C", call)))
    script.assigned(call, ShardUpdate(updated: [], failures: []))
    #expect(script.steps(after: 1.001).contains(.connect("0")))
  }

  @Test func aShardThatKeepsBreakingIsTriedLessAndLess() throws {
    var script = ConduitScript.ready(1)
    for _ in 0..<12 {
      script.lost("0")
      let lostAt = script.now
      while !script.steps().contains(.connect("0")) { script.now = try #require(script.state.wake(after: script.now)) }
      #expect(script.now - lostAt <= .seconds(30))
      script.state.welcomed("0", "T")
    }
  }

  @Test func aShardDisabledWhileItsSocketLivesGetsANewSocket() {
    var script = ConduitScript.ready(2)
    script.disabled("1", "S1")
    #expect(script.steps() == [.disconnect("1")])
    #expect(script.steps(after: 0.501) == [.connect("1")])
    #expect(script.steps(after: 0.5) == [.look("C")])
  }

  @Test func newsAboutAnOlderSessionIsOnlyAHint() {
    var script = ConduitScript.ready(2)
    script.disabled("1", "older")
    #expect(script.state.isReady)
    #expect(script.steps(after: 1) == [.look("C")])
  }

  /// Twitch need not say which session it means.
  @Test func newsThatNamesNoSessionIsOnlyAHint() {
    var script = ConduitScript.ready(2)
    script.disabled("1", nil)
    #expect(script.state.isReady)
    #expect(script.steps(after: 1) == [.look("C")])
  }

  @Test func newsAboutACallbackNamesNoSession() {
    let secret = Secret("0123456789")
    var script = ConduitScript([.webhook(callback: "https://relay/hook", secret: secret)], stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 1)])
    let call = [ShardID("0"): ShardTransport.webhook(callback: "https://relay/hook", secret: secret)]
    #expect(script.steps() == [.assign("C", call)])
    script.assigned(call, ShardUpdate(updated: [ModelTwitch.shard("0", .enabled, "")], failures: []))
    #expect(script.state.isReady)
    script.disabled("0", nil)
    #expect(!script.state.isReady)
  }

  @Test func aGoneConduitIsReplacedAndTheLivingSocketsKept() {
    var script = ConduitScript.ready(2)
    script.state.welcomed("0", "T0")
    let call = [ShardID("0"): ShardTransport.webSocket("T0")]
    #expect(script.stepsOnceLookedAt() == [.assign("C", call)])
    script.assignment(failed: .notFound(message: "not found"), call)
    #expect(script.state.conduit == nil)
    #expect(script.steps(after: 0.501) == [.list])
    script.listed([])
    #expect(script.steps() == [.create(shardCount: 2)])
    script.state.created(.success(Conduit(id: "N", shardCount: 2)), at: script.now, using: &script.generator)
    #expect(script.steps() == [.assign("N", ["0": .webSocket("T0"), "1": .webSocket("S1")])])
  }

  @Test func aShardThatIsStrandedDeliversNothingUntilItIsAssigned() {
    var script = ConduitScript.ready(2)
    script.state.stranded("1")
    #expect(!script.state.isReady)
    // Twitch may not know of that, and so does not try the other shard.
    #expect(script.state.isLossy)
    // Its session is on its way: no other one is opened.
    #expect(script.steps(after: 1).isEmpty)
    script.state.welcomed("1", "T1")
    #expect(script.state.isLossy)
    let call = [ShardID("1"): ShardTransport.webSocket("T1")]
    #expect(script.steps() == [.assign("C", call)])
    #expect(script.state.isLossy)
    script.assigned(call, ShardUpdate(updated: [], failures: []))
    #expect(!script.state.isLossy && script.state.isReady)
  }

  @Test func aShardThatIsStrandedWhileItIsAssignedGoesOn() {
    var script = ConduitScript.ready(2)
    script.state.welcomed("1", "T1")
    let call = [ShardID("1"): ShardTransport.webSocket("T1")]
    #expect(script.stepsOnceLookedAt() == [.assign("C", call)])
    script.state.stranded("1")
    #expect(script.state.isLossy)
    script.assigned(call, ShardUpdate(updated: [], failures: []))
    #expect(!script.state.isLossy && script.state.isReady)
  }

  @Test func aShardThatIsNotWantedCannotBeStranded() {
    var script = ConduitScript.ready(2)
    script.state.stranded("7")
    #expect(!script.state.isLossy && script.state.isReady)
  }
}
