import TestSupport
import Testing

@testable import Twitch

/// A conduit's state, the clock and the dice, so that a test reads as what happens in turn.
struct ConduitScript {
  var state: ConduitState
  var now = ContinuousClock.now
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

  /// Twitch does not list the conduit any more, so that all are listed once more.
  mutating func isGone(_ conduit: ConduitID) {
    #expect(steps(after: 6).contains(.look(conduit)))
    let look = ConduitState.Look(conduit: nil, shards: [])
    _ = state.looked(at: conduit, .success(look), askedAt: now, at: now, using: &generator)
    #expect(steps(after: 0.501) == [.list])
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

  /// A state that wants those transports and knows nothing of Twitch yet.
  init(_ transports: [ConduitPool.Transport], stored: ConduitID? = nil) {
    state = ConduitState(transports, stored: stored)
  }

  init(sockets count: Int, stored: ConduitID? = nil) { self.init(Self.sockets(count), stored: stored) }

  static func sockets(_ count: Int) -> [ConduitPool.Transport] { Array(repeating: .webSocket, count: count) }

  /// A pool of that many sockets, all of them assigned to sessions "S0", "S1", …, long enough ago to count as settled.
  static func ready(_ count: Int) -> ConduitScript {
    var script = ConduitScript(sockets: count, stored: "C")
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
    script.looked(script.unchanged)
    return script
  }
}
