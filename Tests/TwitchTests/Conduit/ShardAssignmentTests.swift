import Testing

@testable import Twitch

/// How Twitch is told of what is there to deliver to.
@Suite struct ShardAssignmentTests {
  private static let secret = Secret("0123456789")

  @Test func aWelcomedSessionIsAssignedAtOnce() {
    var script = ConduitScript(sockets: 1, stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 1)])
    _ = script.steps()
    script.state.welcomed("0", "S")
    #expect(script.steps() == [.assign("C", ["0": .webSocket("S")])])
    #expect(!script.state.isReady)
    script.assigned(["0": .webSocket("S")], ShardUpdate(updated: [], failures: []))
    #expect(script.state.isReady)
  }

  @Test func fewSocketsAreOpenedAtATime() {
    var script = ConduitScript(sockets: 40, stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 40)])
    #expect(script.steps().count == ShardStates.pressingLimit)
    #expect(ConduitScript.ready(40).state.isReady)
  }

  @Test func anErrorFor202IsNoConfirmation() {
    var script = ConduitScript.ready(2)
    script.lost("0")
    script.lost("1")
    #expect(Set(script.steps(after: 0.6)) == [.connect("0"), .connect("1")])
    script.state.welcomed("0", "T0")
    script.state.welcomed("1", "T1")
    let call: [ShardID: ShardTransport] = ["0": .webSocket("T0"), "1": .webSocket("T1")]
    #expect(script.steps() == [.assign("C", call)])
    let failure = ShardUpdate.Failure(id: "1", message: "no", code: "invalid_parameter")
    script.assigned(call, ShardUpdate(updated: [ModelTwitch.shard("0", .enabled, "T0")], failures: [failure]))
    #expect(script.state.shards[0].isReady)
    #expect(!script.state.shards[1].isReady)
    let again = script.steps(after: 1.1)
    #expect(again.contains(.assign("C", ["1": .webSocket("T1")])))
    // Refused twice, the session is given up for a new one.
    script.assigned(["1": .webSocket("T1")], ShardUpdate(updated: [], failures: [failure]))
    #expect(script.steps() == [.disconnect("1")])
    #expect(script.steps(after: 5).contains(.connect("1")))
  }

  @Test func aMalformedCallIsSplitIntoOneForEachShard() {
    var script = ConduitScript.ready(2)
    script.state.welcomed("0", "T0")
    script.state.welcomed("1", "T1")
    let call: [ShardID: ShardTransport] = ["0": .webSocket("T0"), "1": .webSocket("T1")]
    #expect(script.stepsOnceLookedAt() == [.assign("C", call)])
    script.assignment(failed: .badRequest(message: #"Missing required parameter """#), call)
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")]), .assign("C", ["1": .webSocket("T1")])])
  }

  @Test func aCallThatFailsIsMadeAgainSoon() {
    var script = ConduitScript.ready(1)
    script.state.welcomed("0", "T")
    _ = script.stepsOnceLookedAt()
    script.assignment(failed: .server(status: 503), ["0": .webSocket("T")])
    #expect(script.steps().isEmpty)
    script.now += .seconds(0.51)
    #expect(script.stepsOnceLookedAt() == [.assign("C", ["0": .webSocket("T")])])
  }

  @Test func aShardThatTwitchDisabledIsNotLostOnceMore() {
    var script = ConduitScript.ready(2)
    script.disabled("1", "S1")
    let wait = script.state.shards[1].dueAt
    script.lost("1")
    #expect(script.state.shards[1].dueAt == wait)
    #expect(!script.steps().contains(.disconnect("1")))
  }

  @Test func whatTwitchDeliversMayBeLostUntilItKnowsOfTheNextSession() {
    var script = ConduitScript.ready(2)
    #expect(!script.state.isLossy)
    // Twitch knows of this end, and tries the other shard instead.
    script.lost("0")
    #expect(!script.state.isLossy)
    let connection = script.steps(after: 0.6)
    script.lost("1", mayHaveCost: true)
    #expect(script.state.isLossy && connection == [.connect("0")])
    script.state.welcomed("0", "T0")
    _ = script.steps()
    script.assigned(["0": .webSocket("T0")], ShardUpdate(updated: [], failures: []))
    #expect(script.state.isLossy)
    _ = script.steps(after: 0.6)
    script.state.welcomed("1", "T1")
    _ = script.steps()
    #expect(script.state.isLossy)
    script.assigned(["1": .webSocket("T1")], ShardUpdate(updated: [], failures: []))
    #expect(!script.state.isLossy)
  }

  @Test func whatBecameOfTheSessionsOfAConduitThatWasFoundNobodyKnows() {
    var script = ConduitScript(sockets: 2, stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 2)])
    for place in 0...1 {
      #expect(script.state.isLossy)
      _ = script.steps()
      script.state.welcomed(ShardID(place), "S")
      _ = script.steps()
      script.assigned([ShardID(place): .webSocket("S")], ShardUpdate(updated: [], failures: []))
    }
    #expect(!script.state.isLossy)
  }

  @Test func aLateAnswerForALostSessionCountsForNothing() {
    var script = ConduitScript.ready(1)
    script.state.welcomed("0", "T")
    _ = script.stepsOnceLookedAt()
    script.lost("0")
    script.assigned(["0": .webSocket("T")], ShardUpdate(updated: [], failures: []))
    #expect(!script.state.isReady)
    #expect(script.steps(after: 0.6) == [.connect("0")])
  }

  @Test func aWebhookShardIsReadyOnceTwitchVerifiedIt() {
    var script = ConduitScript([.webhook(callback: "https://relay/hook", secret: Self.secret)], stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 1)])
    let call = [ShardID("0"): ShardTransport.webhook(callback: "https://relay/hook", secret: Self.secret)]
    #expect(script.steps() == [.assign("C", call)])
    script.assigned(
      call, ShardUpdate(updated: [Shard(id: "0", status: .verificationPending, transport: nil)], failures: []))
    #expect(!script.state.isReady)
    script.state.hintToLook()
    #expect(script.steps(after: 1) == [.look("C")])
    script.looked(
      ConduitState.Look(
        conduit: Conduit(id: "C", shardCount: 1), shards: [Shard(id: "0", status: .enabled, transport: nil)]))
    #expect(script.state.isReady)
  }

  @Test func aWebhookShardThatFailsVerificationIsAssignedAgain() {
    var script = ConduitScript([.webhook(callback: "https://relay/hook", secret: Self.secret)], stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 1)])
    let call = [ShardID("0"): ShardTransport.webhook(callback: "https://relay/hook", secret: Self.secret)]
    _ = script.steps()
    script.assigned(
      call, ShardUpdate(updated: [Shard(id: "0", status: .verificationPending, transport: nil)], failures: []))
    #expect(script.steps(after: 30) == [.look("C")])
    let failed = Shard(id: "0", status: "webhook_callback_verification_failed", transport: nil)
    script.looked(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 1), shards: [failed]))
    #expect(script.steps(after: 0.501) == [.assign("C", call)])
  }
}
