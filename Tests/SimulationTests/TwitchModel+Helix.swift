import FoundationEssentials
import TestSupport

@testable import Twitch

/// The calls that the gateway makes.
extension TwitchModel {
  /// Does what a call asks for, if all goes well; else says what went wrong, whether it was done or not.
  ///
  /// A subscription is never refused for good here: the gateway would rightly wait for an hour.
  func call<Success>(
    isSubscription: Bool = false, _ effect: () -> Result<Success, HelixError>
  ) -> Result<Success, HelixError> {
    guard dice.happens(troubles) else { return effect() }
    switch dice.number(0...(isSubscription ? 4 : 6)) {
    case 0: return .failure(.unreachable("no route"))
    case 1: return .failure(.server(status: 500))
    case 2: return .failure(.server(status: 503))
    case 3:
      _ = effect()
      return .failure(.unanswered("reset"))
    case 4: return .failure(.rateLimited(until: agenda.now + .seconds(1)))
    case 5: return .failure(.unauthorized(message: "Invalid OAuth token"))
    default: return .failure(.badRequest(message: #"Missing required parameter """#))
    }
  }

  func listConduits() -> Result<[Conduit], HelixError> {
    .success(conduits.map { Conduit(id: $0.key, shardCount: $0.value.shardCount) }.sorted { $0.id < $1.id })
  }

  func createConduit(_ shardCount: Int) -> Result<Conduit, HelixError> {
    guard conduits.count < 5 else { return .failure(.tooMany(message: "conduit limit")) }
    let id = ConduitID(newName("conduit"))
    conduits[id] = ModelConduit(shardCount: shardCount)
    return .success(Conduit(id: id, shardCount: shardCount))
  }

  /// Like Twitch (TI#914), leaves shards that are too many where they are.
  func resize(_ id: ConduitID, _ shardCount: Int) -> Result<Conduit, HelixError> {
    guard conduits[id] != nil else { return .failure(.notFound(message: "not found")) }
    conduits[id]?.shardCount = shardCount
    return .success(Conduit(id: id, shardCount: shardCount))
  }

  func assign(_ id: ConduitID, _ call: [ShardID: ShardTransport]) -> Result<ShardUpdate, HelixError> {
    guard let conduit = conduits[id] else { return .failure(.notFound(message: "not found")) }
    var (updated, failures): ([Shard], [ShardUpdate.Failure]) = ([], [])
    for (shard, transport) in call.sorted(by: { $0.key < $1.key }) {
      guard case .webSocket(let session) = transport, use(session), let place = shard.index,
        place < conduit.shardCount, !dice.happens(troubles)
      else {
        failures.append(ShardUpdate.Failure(id: shard, message: "no", code: "invalid_parameter"))
        continue
      }
      conduits[id]?.shards[place] = ModelShard(session: session)
      updated.append(Self.shard(place, ModelShard(session: session)))
    }
    return .success(ShardUpdate(updated: updated, failures: failures))
  }

  func look(_ id: ConduitID) -> Result<ConduitState.Look, HelixError> {
    guard let conduit = conduits[id] else { return .success(ConduitState.Look(conduit: nil, shards: [])) }
    let shards = conduit.shards.sorted { $0.key < $1.key }.map { Self.shard($0.key, $0.value) }
    return .success(ConduitState.Look(conduit: Conduit(id: id, shardCount: conduit.shardCount), shards: shards))
  }

  func subscribe(_ topic: Subscription.Topic, _ conduit: ConduitID) -> Result<Subscription, HelixError> {
    guard conduits[conduit] != nil else { return .failure(.server(status: 500)) }
    if let existing = subscriptions.first(where: { $0.value.topic == topic && $0.value.conduit == conduit }) {
      return .failure(.conflict(existing: dice.happens(0.5) ? existing.key : nil))
    }
    let id = SubscriptionID(newName("subscription"))
    subscriptions[id] = (topic, conduit)
    return .success(Self.subscription(id, topic, conduit))
  }

  func listSubscriptions() -> Result<[Subscription], HelixError> {
    .success(
      subscriptions.map { Self.subscription($0.key, $0.value.topic, $0.value.conduit) }.sorted { $0.id < $1.id })
  }

  func unsubscribe(_ id: SubscriptionID) -> HelixError? {
    subscriptions.removeValue(forKey: id) == nil ? .notFound(message: "") : nil
  }

  private static func shard(_ place: Int, _ shard: ModelShard) -> Shard {
    Shard(
      id: ShardID(place), status: shard.isEnabled ? .enabled : "websocket_disconnected",
      transport: Transport(
        method: .webSocket, conduitID: nil, sessionID: shard.session, callback: nil, connectedAt: nil,
        disconnectedAt: nil))
  }

  private static func subscription(
    _ id: SubscriptionID, _ topic: Subscription.Topic, _ conduit: ConduitID
  ) -> Subscription {
    Subscription(
      id: id, status: .enabled, topic: topic,
      transport: Transport(
        method: .conduit, conduitID: conduit, sessionID: nil, callback: nil, connectedAt: nil, disconnectedAt: nil),
      createdAt: nil, cost: 0)
  }
}
