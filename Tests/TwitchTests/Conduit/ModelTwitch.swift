import Foundation
import TestSupport

@testable import Twitch

/// A Twitch for one seed: conduits, shards, sessions and subscriptions as plain values, and a will of its own.
///
/// Knows nothing of the pool. Every call either takes effect or not, and either is answered or not, as the dice say.
struct ModelTwitch {
  struct ModelConduit {
    var shardCount: Int
    var shards: [ShardID: (status: Shard.Status, session: SessionID)] = [:]
  }

  var generator: SeededGenerator
  /// How often a call or a connection goes wrong.
  var troubles = 0.0
  var conduits: [ConduitID: ModelConduit] = [:]
  var subscriptions: [SubscriptionID: (topic: Subscription.Topic, conduit: ConduitID, status: String)] = [:]
  /// Live sessions, and since when each of them waits for a shard.
  var sessions: [SessionID: ContinuousClock.Instant?] = [:]
  private var made = 0

  init(seed: UInt64) { generator = SeededGenerator(seed) }

  private mutating func newName(_ kind: String) -> String {
    made += 1
    return "\(kind)\(made)"
  }

  /// Does what a call asks for, if all goes well; else says what went wrong, whether it was done or not.
  ///
  /// A subscription is never refused for good here: the pool would rightly wait for an hour.
  mutating func call<Success>(
    isSubscription: Bool = false, _ effect: (inout ModelTwitch) -> Result<Success, HelixError>
  ) -> Result<Success, HelixError> {
    guard generator.happens(troubles) else { return effect(&self) }
    switch Int.random(in: 0..<(isSubscription ? 4 : 6), using: &generator) {
    case 0: return .failure(.unreachable("no route"))
    case 1: return .failure(.server(status: 500))
    case 2: return .failure(.server(status: 503))
    case 3:
      _ = effect(&self)
      return .failure(.unanswered("reset"))
    case 4: return .failure(.unauthorized(message: "Invalid OAuth token"))
    default: return .failure(.badRequest(message: #"Missing required parameter """#))
    }
  }

  mutating func createConduit(_ shardCount: Int) -> Result<Conduit, HelixError> {
    guard conduits.count < 5 else { return .failure(.tooMany(message: "conduit limit")) }
    let id = ConduitID(newName("conduit"))
    conduits[id] = ModelConduit(shardCount: shardCount)
    return .success(Conduit(id: id, shardCount: shardCount))
  }

  mutating func resize(_ id: ConduitID, _ shardCount: Int) -> Result<Conduit, HelixError> {
    guard var conduit = conduits[id] else { return .failure(.notFound(message: "not found")) }
    conduit.shardCount = shardCount
    conduit.shards = conduit.shards.filter { ($0.key.index ?? 0) < shardCount }
    conduits[id] = conduit
    return .success(Conduit(id: id, shardCount: shardCount))
  }

  mutating func assign(_ id: ConduitID, _ call: [ShardID: ShardTransport]) -> Result<ShardUpdate, HelixError> {
    guard let conduit = conduits[id] else { return .failure(.notFound(message: "not found")) }
    var (updated, failures): ([Shard], [ShardUpdate.Failure]) = ([], [])
    for (shard, transport) in call.sorted(by: { $0.key < $1.key }) {
      guard case .webSocket(let session) = transport, sessions[session] != nil,
        let place = shard.index, place < conduit.shardCount, !generator.happens(troubles)
      else {
        failures.append(ShardUpdate.Failure(id: shard, message: "no", code: "invalid_parameter"))
        continue
      }
      conduits[id]?.shards[shard] = (.enabled, session)
      sessions[session] = .some(nil)
      updated.append(Self.shard(shard, .enabled, session))
    }
    return .success(ShardUpdate(updated: updated, failures: failures))
  }

  func look(_ id: ConduitID) -> Result<ConduitState.Look, HelixError> {
    guard let conduit = conduits[id] else { return .success(ConduitState.Look(conduit: nil, shards: [])) }
    let shards = conduit.shards.map { Self.shard($0.key, $0.value.status, $0.value.session) }
    return .success(
      ConduitState.Look(conduit: Conduit(id: id, shardCount: conduit.shardCount), shards: shards))
  }

  mutating func subscribe(_ topic: Subscription.Topic, _ conduit: ConduitID) -> Result<Subscription, HelixError> {
    guard conduits[conduit] != nil else { return .failure(.server(status: 500)) }
    if let existing = subscriptions.first(where: { $0.value.topic == topic && $0.value.conduit == conduit }) {
      return .failure(.conflict(existing: generator.happens(0.5) ? existing.key : nil))
    }
    let id = SubscriptionID(newName("subscription"))
    subscriptions[id] = (topic, conduit, "enabled")
    return .success(Self.subscription(id, topic, "enabled", conduit))
  }

  func listSubscriptions() -> Result<[Subscription], HelixError> {
    .success(subscriptions.map { Self.subscription($0.key, $0.value.topic, $0.value.status, $0.value.conduit) })
  }

  mutating func unsubscribe(_ id: SubscriptionID) -> Result<Bool, HelixError> {
    subscriptions.removeValue(forKey: id) == nil ? .failure(.notFound(message: "")) : .success(true)
  }

  mutating func open(at now: ContinuousClock.Instant) -> SessionID {
    let id = SessionID(newName("session"))
    sessions[id] = now
    return id
  }

  /// Ends a session as Twitch does: whatever pointed to it is disabled.
  mutating func end(_ session: SessionID) {
    sessions[session] = nil
    for (id, conduit) in conduits {
      for (shard, value) in conduit.shards where value.session == session {
        conduits[id]?.shards[shard]?.status = "websocket_disconnected"
      }
    }
  }

  static func shard(_ id: ShardID, _ status: Shard.Status, _ session: SessionID) -> Shard {
    let json = #"{"id":"\#(id)","status":"\#(status)","transport":{"method":"websocket","session_id":"\#(session)"}}"#
    guard let shard = try? JSONDecoder().decode(Shard.self, from: Data(json.utf8)) else {
      preconditionFailure("a shard of our own making decodes")
    }
    return shard
  }

  static func subscription(
    _ id: SubscriptionID, _ topic: Subscription.Topic, _ status: String, _ conduit: ConduitID
  ) -> Subscription {
    let transport = #"{"method":"conduit","conduit_id":"\#(conduit)"}"#
    guard
      let transport = try? JSONDecoder().decode(Transport.self, from: Data(transport.utf8))
    else { preconditionFailure("a transport of our own making decodes") }
    return Subscription(
      id: id, status: Subscription.Status(status), topic: topic, transport: transport, createdAt: nil, cost: 0)
  }
}
