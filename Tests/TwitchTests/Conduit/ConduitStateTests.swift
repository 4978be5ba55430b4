import Foundation
import TestSupport
import Testing

@testable import Twitch

@Suite struct ConduitStateTests {
  private let start = ContinuousClock.now
  private let secret = Secret("0123456789")

  /// A state, the clock and the dice, so that a test reads as what happens in turn.
  private struct Script {
    var state: ConduitState
    var now: ContinuousClock.Instant
    var generator = SeededGenerator(7)
    /// How many shards the conduit had when it was made ready.
    var listedCount = 0

    mutating func steps(after seconds: Double = 0) -> [ConduitState.Step] {
      now += .seconds(seconds)
      return state.steps(at: now)
    }

    /// The steps after the look that comes first when what delivers is to be replaced, and finds all as it was.
    mutating func stepsOnceLookedAt() -> [ConduitState.Step] {
      #expect(steps() == [.look("C")])
      #expect(looksLate(unchanged) == false)
      return steps()
    }

    /// What Twitch lists when nothing has changed.
    var unchanged: ConduitState.Look {
      let shards = state.shards.enumerated().map { place, shard in
        ModelTwitch.shard(ShardID(place), .enabled, shard.session ?? "none")
      }
      return ConduitState.Look(conduit: Conduit(id: "C", shardCount: listedCount), shards: shards)
    }

    mutating func listed(_ conduits: [Conduit]) {
      state.listed(.success(conduits), at: now, using: &generator)
    }

    mutating func assigned(_ call: [ShardID: ShardTransport], _ update: ShardUpdate) {
      state.assigned(call, on: "C", .success(update), at: now, using: &generator)
    }

    mutating func assignment(failed error: HelixError, _ call: [ShardID: ShardTransport]) {
      state.assigned(call, on: "C", .failure(error), at: now, using: &generator)
    }

    mutating func looked(_ look: ConduitState.Look) {
      _ = looksLate(look)
    }

    /// Whether the look showed something that had been wrong for a while.
    mutating func looksLate(_ look: ConduitState.Look) -> Bool {
      state.looked(at: "C", .success(look), askedAt: now, at: now, using: &generator)
    }

    mutating func lost(_ shard: ShardID, mayHaveCost: Bool = false) {
      state.lost(shard, mayHaveCost: mayHaveCost, at: now, using: &generator)
    }

    mutating func disabled(_ shard: ShardID, _ session: SessionID?) {
      let event = ShardDisabled(conduitID: "C", shardID: shard, status: "websocket_disconnected", sessionID: session)
      state.disabled(event, at: now, using: &generator)
    }
  }

  private func script(_ transports: [ConduitPool.Transport], stored: ConduitID? = nil) -> Script {
    Script(state: ConduitState(transports, stored: stored), now: start)
  }

  private func sockets(_ count: Int) -> [ConduitPool.Transport] { Array(repeating: .webSocket, count: count) }

  /// A pool of that many sockets, all of them assigned to sessions "S0", "S1", …, long enough ago to count as settled.
  private func ready(_ count: Int) -> Script {
    var script = script(sockets(count), stored: "C")
    #expect(script.steps() == [.list])
    script.listed([Conduit(id: "C", shardCount: count)])
    var steps = script.steps()
    while !script.state.isReady, !steps.isEmpty {
      for case .connect(let shard) in steps { script.state.welcomed(shard, SessionID("S\(shard)")) }
      for case .assign(_, let call) in steps { script.assigned(call, ShardUpdate(updated: [], failures: [])) }
      steps = script.steps()
    }
    script.listedCount = count
    #expect(script.state.isReady)
    #expect(script.steps(after: 16) == [.look("C")])
    let shards = (0..<count).compactMap { try? shard(ShardID($0), .enabled, SessionID("S\($0)")) }
    script.looked(ConduitState.Look(conduit: Conduit(id: "C", shardCount: count), shards: shards))
    return script
  }

  private func shard(_ id: ShardID, _ status: Shard.Status, _ session: SessionID) throws -> Shard {
    try JSONDecoder().decode(
      Shard.self,
      from: Data(
        #"{"id":"\#(id)","status":"\#(status)","transport":{"method":"websocket","session_id":"\#(session)"}}"#.utf8))
  }

  // Which conduit.

  @Test func theStoredConduitIsAdoptedAmongSeveral() {
    var script = script(sockets(2), stored: "C")
    #expect(script.steps() == [.list])
    #expect(script.steps().isEmpty)
    script.listed([Conduit(id: "A", shardCount: 9), Conduit(id: "C", shardCount: 2)])
    #expect(script.state.conduit == "C")
    #expect(script.steps() == [.connect("0"), .connect("1")])
  }

  @Test func theOnlyConduitIsAdopted() {
    var script = script(sockets(2), stored: "gone")
    _ = script.steps()
    script.listed([Conduit(id: "A", shardCount: 2)])
    #expect(script.state.conduit == "A")
  }

  @Test(arguments: [[], [Conduit(id: "A", shardCount: 1), Conduit(id: "B", shardCount: 1)]])
  func otherwiseOneIsMade(conduits: [Conduit]) {
    var script = script(sockets(2), stored: "gone")
    _ = script.steps()
    script.listed(conduits)
    #expect(script.steps() == [.create(shardCount: 2)])
    #expect(script.steps().isEmpty)
    script.state.created(.success(Conduit(id: "N", shardCount: 2)), at: start, using: &script.generator)
    #expect(script.state.conduit == "N")
  }

  @Test func theConduitLimitIsToldAndTriedAgain() {
    var script = script(sockets(1))
    _ = script.steps()
    script.listed([Conduit(id: "A", shardCount: 1), Conduit(id: "B", shardCount: 1)])
    _ = script.steps()
    script.state.created(.failure(.tooMany(message: "limit")), at: script.now, using: &script.generator)
    #expect(script.state.isAtConduitLimit)
    #expect(script.steps().isEmpty)
    #expect(script.steps(after: 1) == [.list])
    script.listed([Conduit(id: "B", shardCount: 1)])
    #expect(script.state.conduit == "B")
    #expect(!script.state.isAtConduitLimit)
  }

  @Test func aConduitWhoseMakingWasNotAnsweredIsFoundAgain() {
    var script = script(sockets(1))
    let others = [Conduit(id: "A", shardCount: 1), Conduit(id: "B", shardCount: 1)]
    _ = script.steps()
    script.listed(others)
    #expect(script.steps() == [.create(shardCount: 1)])
    script.state.created(.failure(.unanswered("reset")), at: script.now, using: &script.generator)
    #expect(script.steps(after: 0.501) == [.list])
    script.listed([Conduit(id: "N", shardCount: 1)] + others)
    #expect(script.state.conduit == "N")
  }

  @Test func aListThatFailsIsTriedAgain() throws {
    var script = script(sockets(1))
    for _ in 0..<20 {
      #expect(script.steps() == [.list])
      script.state.listed(.failure(.server(status: 500)), at: script.now, using: &script.generator)
      #expect(script.steps().isEmpty)
      let wake = try #require(script.state.wake(after: script.now))
      #expect(wake - script.now <= .seconds(30))
      script.now = wake
    }
  }

  // Its size.

  @Test func aConduitOfAnotherSizeIsResizedFirst() {
    var script = script(sockets(3), stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 1)])
    #expect(script.steps() == [.resize("C", shardCount: 3), .connect("0")])
    script.state.resized("C", .success(Conduit(id: "C", shardCount: 3)), at: start, using: &script.generator)
    #expect(script.steps() == [.connect("1"), .connect("2")])
  }

  @Test func shrinkingClosesTheSurplusSocketsAfterwards() {
    var script = ready(3)
    script.state.want(sockets(2))
    #expect(script.stepsOnceLookedAt() == [.resize("C", shardCount: 2)])
    #expect(script.steps().isEmpty)
    script.state.resized("C", .success(Conduit(id: "C", shardCount: 2)), at: start, using: &script.generator)
    #expect(script.steps() == [.disconnect("2")])
    #expect(script.state.isReady)
  }

  @Test func aFailedResizeIsTriedAgain() {
    var script = ready(2)
    script.state.want(sockets(3))
    #expect(script.stepsOnceLookedAt() == [.resize("C", shardCount: 3)])
    script.state.resized("C", .failure(.server(status: 500)), at: script.now, using: &script.generator)
    #expect(script.steps().isEmpty)
    #expect(script.steps(after: 1) == [.resize("C", shardCount: 3)])
  }

  // Assigning.

  @Test func aWelcomedSessionIsAssignedAtOnce() {
    var script = script(sockets(1), stored: "C")
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
    var script = script(sockets(40), stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 40)])
    #expect(script.steps().count == ShardStates.pressingLimit)
    #expect(ready(40).state.isReady)
  }

  @Test func anErrorFor202IsNoConfirmation() throws {
    var script = ready(2)
    script.lost("0")
    script.lost("1")
    #expect(Set(script.steps(after: 0.6)) == [.connect("0"), .connect("1")])
    script.state.welcomed("0", "T0")
    script.state.welcomed("1", "T1")
    let call: [ShardID: ShardTransport] = ["0": .webSocket("T0"), "1": .webSocket("T1")]
    #expect(script.steps() == [.assign("C", call)])
    let failure = ShardUpdate.Failure(id: "1", message: "no", code: "invalid_parameter")
    script.assigned(call, ShardUpdate(updated: [try shard("0", .enabled, "T0")], failures: [failure]))
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
    var script = ready(2)
    script.state.welcomed("0", "T0")
    script.state.welcomed("1", "T1")
    let call: [ShardID: ShardTransport] = ["0": .webSocket("T0"), "1": .webSocket("T1")]
    #expect(script.stepsOnceLookedAt() == [.assign("C", call)])
    script.assignment(failed: .badRequest(message: #"Missing required parameter """#), call)
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")]), .assign("C", ["1": .webSocket("T1")])])
  }

  @Test func aCallThatFailsIsMadeAgainSoon() {
    var script = ready(1)
    script.state.welcomed("0", "T")
    _ = script.stepsOnceLookedAt()
    script.assignment(failed: .server(status: 503), ["0": .webSocket("T")])
    #expect(script.steps().isEmpty)
    script.now += .seconds(0.51)
    #expect(script.stepsOnceLookedAt() == [.assign("C", ["0": .webSocket("T")])])
  }

  @Test func aShardThatTwitchDisabledIsNotLostOnceMore() {
    var script = ready(2)
    script.disabled("1", "S1")
    let wait = script.state.shards[1].dueAt
    let isNews = script.state.lost("1", mayHaveCost: false, at: script.now, using: &script.generator)
    #expect(!isNews && script.state.shards[1].dueAt == wait)
    #expect(!script.steps().contains(.disconnect("1")))
  }

  @Test func whatTwitchDeliversMayBeLostUntilItKnowsOfTheNextSession() {
    var script = ready(2)
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
    var script = script(sockets(2), stored: "C")
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
    var script = ready(1)
    script.state.welcomed("0", "T")
    _ = script.stepsOnceLookedAt()
    script.lost("0")
    script.assigned(["0": .webSocket("T")], ShardUpdate(updated: [], failures: []))
    #expect(!script.state.isReady)
    #expect(script.steps(after: 0.6) == [.connect("0")])
  }

  // Loss.

  @Test func aLostShardIsConnectedAgainWithinHalfASecond() {
    var script = ready(2)
    script.lost("1")
    #expect(!script.state.isReady)
    #expect(script.steps(after: 0.501) == [.connect("1")])
  }

  @Test func aShardThatWasReadyStartsAnewHoweverOftenItIsLost() {
    var script = ready(1)
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
    var script = ready(1)
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
    var script = ready(2)
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
    var script = ready(1)
    for _ in 0..<12 {
      script.lost("0")
      let lostAt = script.now
      while !script.steps().contains(.connect("0")) { script.now = try #require(script.state.wake(after: script.now)) }
      #expect(script.now - lostAt <= .seconds(30))
      script.state.welcomed("0", "T")
    }
  }

  @Test func aShardDisabledWhileItsSocketLivesGetsANewSocket() {
    var script = ready(2)
    script.disabled("1", "S1")
    #expect(script.steps() == [.disconnect("1")])
    #expect(script.steps(after: 0.501) == [.connect("1")])
    #expect(script.steps(after: 0.5) == [.look("C")])
  }

  @Test func newsAboutAnOlderSessionIsOnlyAHint() {
    var script = ready(2)
    script.disabled("1", "older")
    #expect(script.state.isReady)
    #expect(script.steps(after: 1) == [.look("C")])
  }

  @Test func aGoneConduitIsReplacedAndTheLivingSocketsKept() {
    var script = ready(2)
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
    var script = ready(2)
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
    var script = ready(2)
    script.state.welcomed("1", "T1")
    let call = [ShardID("1"): ShardTransport.webSocket("T1")]
    #expect(script.stepsOnceLookedAt() == [.assign("C", call)])
    script.state.stranded("1")
    #expect(script.state.isLossy)
    script.assigned(call, ShardUpdate(updated: [], failures: []))
    #expect(!script.state.isLossy && script.state.isReady)
  }

  @Test func aShardThatIsNotWantedCannotBeStranded() {
    var script = ready(2)
    script.state.stranded("7")
    #expect(!script.state.isLossy && script.state.isReady)
  }

  // Looking.

  @Test(arguments: [1, 3, 5])
  func thatSomebodyResizedTheConduitIsToldAndUndone(count: Int) throws {
    var script = ready(2)
    _ = script.steps(after: 6)
    let shards = try (0..<min(count, 2)).map { try shard(ShardID($0), .enabled, SessionID("S\($0)")) }
    let look = ConduitState.Look(conduit: Conduit(id: "C", shardCount: count), shards: shards)
    #expect(script.looksLate(look) == true)
    #expect(!script.state.isReady)
    // One shard that nobody listens to has another one to step in for it, if there is another one.
    #expect(script.state.isLossy == (count != 3))
    #expect(script.steps().contains(.resize("C", shardCount: 2)))
    script.state.resized("C", .success(Conduit(id: "C", shardCount: 2)), at: script.now, using: &script.generator)
    _ = script.steps(after: 6)
    let both = try (0..<2).map { try self.shard(ShardID($0), .enabled, SessionID("S\($0)")) }
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: both)) == false)
  }

  @Test func thatAShardWasDisabledWithoutAWordIsTold() throws {
    var script = ready(2)
    _ = script.steps(after: 6)
    let shards = [try shard("0", .enabled, "S0"), try shard("1", "websocket_internal_error", "S1")]
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: shards)) == true)
    _ = script.steps(after: 6)
    // What is known already is not told again.
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: shards)) == false)
  }

  @Test func whatDeliversIsLookedAtBeforeAnotherSessionTakesItsPlace() throws {
    var script = ready(2)
    script.state.welcomed("0", "T0")
    #expect(script.steps() == [.look("C")])
    // It had been disabled, and nobody had said so.
    let shards = [try shard("0", "websocket_internal_error", "S0"), try shard("1", .enabled, "S1")]
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: shards)) == true)
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")])])
  }

  @Test func aLookDoesNotRepeatAnAssignmentThatIsUnderWay() throws {
    var script = ready(2)
    script.lost("0")
    _ = script.steps(after: 0.6)
    script.state.welcomed("0", "T0")
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")])])
    #expect(script.steps(after: 6) == [.look("C")])
    let shards = [try shard("0", "websocket_disconnected", "S0"), try shard("1", .enabled, "S1")]
    script.looked(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: shards))
    #expect(script.steps().isEmpty)
  }

  @Test func aLookThatWasAskedForBeforeTheWelcomeDoesNotCount() {
    var script = ready(2)
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
    var script = ready(2)
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
    var script = ready(2)
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

  @Test func whoeverResizedTheConduitBeforeWeDoIsSeen() throws {
    var script = ready(2)
    script.state.want(sockets(3))
    #expect(script.steps() == [.look("C")])
    #expect(script.steps(after: 1).isEmpty)
    let shards = [try shard("0", .enabled, "S0"), try shard("1", .enabled, "S1")]
    #expect(script.looksLate(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 5), shards: shards)) == true)
    #expect(script.steps().contains(.resize("C", shardCount: 3)))
  }

  @Test func aLostShardIsAssignedWithoutALook() {
    var script = ready(2)
    script.lost("0")
    _ = script.steps(after: 0.6)
    script.state.welcomed("0", "T0")
    #expect(script.steps() == [.assign("C", ["0": .webSocket("T0")])])
  }

  @Test func theConduitIsLookedAtEveryFiveSecondsAndOneLookAtATime() {
    var script = ready(2)
    #expect(!script.steps(after: 4).contains(.look("C")))
    #expect(script.steps(after: 1.1) == [.look("C")])
    #expect(!script.steps(after: 500).contains(.look("C")))
    script.looked(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 2), shards: []))
    #expect(script.steps(after: 5.1).contains(.look("C")))
  }

  @Test func aLongListIsLookedAtLessOften() {
    var script = ready(40)
    #expect(!script.steps(after: 14).contains(.look("C")))
    #expect(script.steps(after: 1.1) == [.look("C")])
  }

  @Test func whatTwitchListsDecides() throws {
    var script = ready(4)
    _ = script.steps(after: 120)
    script.looked(
      ConduitState.Look(
        conduit: Conduit(id: "C", shardCount: 4),
        shards: [
          try shard("0", .enabled, "S0"), try shard("1", "websocket_network_error", "S1"),
          try shard("2", .enabled, "somebody's"),
        ]))
    #expect(script.state.shards.map(\.isReady) == [true, false, false, false])
    let steps = Set(script.steps() + script.steps(after: 0.501))
    #expect(
      steps == [
        .disconnect("1"), .connect("1"), .assign("C", ["2": .webSocket("S2"), "3": .webSocket("S3")]),
      ])
  }

  @Test func aConduitThatIsNotListedAnyMoreIsGone() {
    var script = ready(1)
    _ = script.steps(after: 120)
    script.looked(ConduitState.Look(conduit: nil, shards: []))
    #expect(script.state.conduit == nil)
    #expect(script.steps(after: 0.501) == [.list])
  }

  @Test func aConduitThatSomebodyResizedIsSetRight() {
    var script = ready(2)
    _ = script.steps(after: 120)
    script.looked(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 5), shards: []))
    #expect(script.steps().contains(.resize("C", shardCount: 2)))
  }

  // Webhooks.

  @Test func aWebhookShardIsReadyOnceTwitchVerifiedIt() throws {
    var script = script([.webhook(callback: "https://relay/hook", secret: secret)], stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 1)])
    let call = [ShardID("0"): ShardTransport.webhook(callback: "https://relay/hook", secret: secret)]
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
    var script = script([.webhook(callback: "https://relay/hook", secret: secret)], stored: "C")
    _ = script.steps()
    script.listed([Conduit(id: "C", shardCount: 1)])
    let call = [ShardID("0"): ShardTransport.webhook(callback: "https://relay/hook", secret: secret)]
    _ = script.steps()
    script.assigned(
      call, ShardUpdate(updated: [Shard(id: "0", status: .verificationPending, transport: nil)], failures: []))
    #expect(script.steps(after: 30) == [.look("C")])
    let failed = Shard(id: "0", status: "webhook_callback_verification_failed", transport: nil)
    script.looked(ConduitState.Look(conduit: Conduit(id: "C", shardCount: 1), shards: [failed]))
    #expect(script.steps(after: 0.501) == [.assign("C", call)])
  }
}
