extension Simulator {
  /// A conduit as it is stored.
  public struct Conduit: Sendable {
    let id: Identifier<Conduit>
    /// Counts up, so that lists are oldest first.
    let number: Int
    let client: Identifier<Client>
    var shardCount: Int
    /// The shards that ever got a transport.
    var shards: [Int: Shard] = [:]
    /// The deadline at which it is deleted, while no shard is enabled.
    var deletion: Int?

    var json: JSON { ["id": JSON(id), "shard_count": .int(shardCount)] }
    var sortedShards: [Shard] { shards.values.sorted { $0.number < $1.number } }
    var hasEnabledShard: Bool { shards.values.contains(where: \.isEnabled) }

    func isEnabled(_ number: Int) -> Bool { shards[number]?.isEnabled ?? false }

    func sessions(ofShard name: String) -> [Identifier<Session>] {
      guard let number = Int(name), case .webSocket(let id, _, _) = shards[number]?.transport else { return [] }
      return [id]
    }

    func isBound(_ number: Int, to session: Identifier<Session>) -> Bool {
      if case .webSocket(session, _, _) = shards[number]?.transport { true } else { false }
    }
  }
}

/// A numbered way out of a conduit.
struct Shard: Sendable {
  enum Transport: Sendable {
    case webSocket(Identifier<Simulator.Session>, connectedAt: Moment, disconnectedAt: Moment?)
    case webhook(callback: String, secret: String)
  }

  let number: Int
  var status: String
  var transport: Transport
  /// Deliveries in a row that its webhook did not take.
  var failures = 0

  var isEnabled: Bool { status == "enabled" }

  var json: JSON {
    ["id": .string(String(number)), "status": .string(status), "transport": transportJSON]
  }

  var transportJSON: JSON {
    switch transport {
    case .webhook(let callback, _): return ["method": "webhook", "callback": .string(callback)]
    case .webSocket(let session, let connectedAt, let disconnectedAt):
      let json: JSON = [
        "method": "websocket", "session_id": JSON(session), "connected_at": .string(connectedAt.timestamp),
      ]
      return disconnectedAt.map { json.adding(["disconnected_at": .string($0.timestamp)]) } ?? json
    }
  }
}
