import HTTPTypes
import WebSockets

/// The conduit endpoints.
extension Simulator {
  func listConduits(_ call: HelixCall) throws(HelixFailure) -> JSON {
    try call.requireAppToken()
    return ["data": .array(conduits(of: call.client).map(\.json))]
  }

  func createConduit(_ call: HelixCall) throws(HelixFailure) -> JSON {
    try call.requireAppToken()
    let count = try shardCount(call)
    guard conduits(of: call.client).count < behavior.conduitLimit else {
      throw HelixFailure(429, "conduit limit reached")
    }
    lastConduit += 1
    let conduit = Conduit(id: Identifier(mint.uuid()), number: lastConduit, client: call.client, shardCount: count)
    conduitStore[conduit.id] = conduit
    watchLifetime(of: conduit.id)
    record("conduit.created", ["conduit": conduit.id.rawValue, "shard_count": String(count)])
    return ["data": [conduit.json]]
  }

  func updateConduit(_ call: HelixCall) throws(HelixFailure) -> JSON {
    try call.requireAppToken()
    let id = try call.requiredText("id")
    let count = try shardCount(call)
    return ["data": [resize(try conduit(id, call), to: count).json]]
  }

  private func resize(_ conduit: Conduit, to count: Int) -> Conduit {
    var conduit = conduit
    conduit.shardCount = count
    if !behavior.shrinkLeavesShards { conduit.shards = conduit.shards.filter { $0.key < count } }
    conduitStore[conduit.id] = conduit
    watchLifetime(of: conduit.id)
    record("conduit.resized", ["conduit": conduit.id.rawValue, "shard_count": String(count)])
    return conduit
  }

  func deleteConduit(_ call: HelixCall) throws(HelixFailure) -> Response {
    try call.requireAppToken()
    remove(try conduit(try call.required("id"), call))
    return Response(.noContent)
  }

  /// Deletes a conduit behind its owner's back; without an id the oldest one.
  public func deleteConduit(_ id: Identifier<Conduit>? = nil) throws(SimulatorError) {
    remove(try findConduit(id))
  }

  /// Gives a conduit another number of shards behind its owner's back; without an id the oldest one.
  public func resizeConduit(_ id: Identifier<Conduit>? = nil, to shardCount: Int) throws(SimulatorError) {
    guard (1...20_000).contains(shardCount) else { throw .invalid("a conduit has 1 to 20,000 shards") }
    _ = resize(try findConduit(id), to: shardCount)
  }

  private func findConduit(_ id: Identifier<Conduit>?) throws(SimulatorError) -> Conduit {
    let all = conduitStore.values.sorted { $0.number < $1.number }
    guard let conduit = all.first(where: { id == nil || $0.id == id }) else {
      throw .unknown(kind: "conduit", name: id?.rawValue ?? "any")
    }
    return conduit
  }

  /// Makes a conduit for an application without a call, to fill its limit.
  public func addConduit(shardCount: Int = 1, client id: Identifier<Client>? = nil) throws(SimulatorError)
    -> Identifier<Conduit>
  {
    let client = try findClient(id)
    lastConduit += 1
    let conduit = Conduit(
      id: Identifier(mint.uuid()), number: lastConduit, client: client.id, shardCount: max(1, shardCount))
    conduitStore[conduit.id] = conduit
    watchLifetime(of: conduit.id)
    record("conduit.created", ["conduit": conduit.id.rawValue, "shard_count": String(conduit.shardCount)])
    return conduit.id
  }

  private func remove(_ conduit: Conduit) {
    deadlines.cancel(conduitStore[conduit.id]?.deletion)
    conduitStore[conduit.id] = nil
    for subscription in subscriptionStore.all where subscription.transport == .conduit(conduit.id) {
      disable(subscription.id, status: "conduit_deleted")
    }
    record("conduit.deleted", ["conduit": conduit.id.rawValue])
  }

  /// Deletes a conduit that was without an enabled shard for 72 hours.
  func watchLifetime(of id: Identifier<Conduit>) {
    guard let conduit = conduitStore[id] else { return }
    if conduit.hasEnabledShard {
      deadlines.cancel(conduit.deletion)
      conduitStore[id]?.deletion = nil
    } else if conduit.deletion == nil {
      conduitStore[id]?.deletion = deadlines.after(behavior.conduitLifetimeSeconds) {
        if let conduit = self.conduitStore[id] { self.remove(conduit) }
      }
    }
  }

  /// Conduits with their shards, oldest first.
  public func conduits() -> [ConduitState] {
    conduitStore.values.sorted { $0.number < $1.number }.map { conduit in
      let shards = conduit.sortedShards.map { shard in
        switch shard.transport {
        case .webSocket(let session, _, _):
          ShardState(id: String(shard.number), status: shard.status, session: session, callback: nil)
        case .webhook(let callback, _):
          ShardState(id: String(shard.number), status: shard.status, session: nil, callback: callback)
        }
      }
      return ConduitState(id: conduit.id, clientId: conduit.client, shardCount: conduit.shardCount, shards: shards)
    }
  }

  private func conduits(of client: Identifier<Client>) -> [Conduit] {
    conduitStore.values.filter { $0.client == client }.sorted { $0.number < $1.number }
  }

  /// A conduit of the caller's; everybody else's looks as if it were not there.
  func conduit(_ id: String, _ call: HelixCall) throws(HelixFailure) -> Conduit {
    guard let conduit = conduitStore[Identifier(id)], conduit.client == call.client else { throw .notFound }
    return conduit
  }

  private func shardCount(_ call: HelixCall) throws(HelixFailure) -> Int {
    guard let count = try call.number("shard_count"), (1...20_000).contains(count) else {
      throw HelixFailure(400, "invalid shard count")
    }
    return count
  }
}
