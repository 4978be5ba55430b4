/// https://dev.twitch.tv/docs/api/reference/#get-conduits and what follows it. All with the application's token.
extension Helix {
  /// Lists the application's conduits, five at most.
  public func conduits() async throws(HelixError) -> [Conduit] {
    try await list(.get("eventsub/conduits"), of: Conduit.self)
  }

  /// Makes a conduit; `.tooMany` when there are five.
  public func createConduit(shardCount: Int) async throws(HelixError) -> Conduit {
    try await one(.post("eventsub/conduits", ConduitBody(id: nil, shardCount: shardCount)), of: Conduit.self)
  }

  /// Gives a conduit another number of shards. Channels may move to other shards; surplus ones may stay listed for a while.
  public func updateConduit(_ id: ConduitID, shardCount: Int) async throws(HelixError) -> Conduit {
    try await one(.patch("eventsub/conduits", ConduitBody(id: id, shardCount: shardCount)), of: Conduit.self)
  }

  /// Removes a conduit. Its subscriptions end some time later.
  public func deleteConduit(_ id: ConduitID) async throws(HelixError) {
    _ = try await send(.delete("eventsub/conduits", [("id", id.rawValue)]))
  }

  /// Lists a conduit's shards, all pages; those that were never assigned are not listed.
  public func shards(of conduit: ConduitID, status: Shard.Status? = nil) async throws(HelixError) -> [Shard] {
    var query = [(name: "conduit_id", value: conduit.rawValue)]
    if let status { query.append(("status", status.rawValue)) }
    return try await pages(.get("eventsub/conduits/shards", query), of: Shard.self)
  }

  /// Assigns shards to sockets and callbacks. Each is assigned or refused by itself; one malformed entry fails the whole call
  /// with `.badRequest`.
  public func updateShards(
    of conduit: ConduitID, _ transports: [ShardID: ShardTransport]
  ) async throws(HelixError) -> ShardUpdate {
    let shards = transports.sorted { $0.key < $1.key }.map { ShardBody(id: $0.key, transport: $0.value) }
    let body = ShardsBody(conduit: conduit, shards: shards)
    return try await send(.patch("eventsub/conduits/shards", body), for: ShardUpdate.self)
  }
}

private struct ConduitBody: Encodable {
  let id: ConduitID?
  let shardCount: Int

  private enum CodingKeys: String, CodingKey {
    case id
    case shardCount = "shard_count"
  }
}

private struct ShardsBody: Encodable {
  let conduit: ConduitID
  let shards: [ShardBody]

  private enum CodingKeys: String, CodingKey {
    case conduit = "conduit_id"
    case shards
  }
}

private struct ShardBody: Encodable {
  let id: ShardID
  let transport: ShardTransport
}

extension ShardTransport: Encodable {
  private enum CodingKeys: String, CodingKey {
    case method, callback, secret
    case sessionID = "session_id"
  }

  /// Writes what Twitch takes, the webhook's secret included: for requests only.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .webSocket(let session):
      try keys.encode(Transport.Method.webSocket, forKey: .method)
      try keys.encode(session, forKey: .sessionID)
    case .webhook(let callback, let secret):
      try keys.encode(Transport.Method.webhook, forKey: .method)
      try keys.encode(callback, forKey: .callback)
      try keys.encode(secret.reveal(), forKey: .secret)
    }
  }
}
