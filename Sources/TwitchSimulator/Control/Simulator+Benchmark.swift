import WebSockets

/// Ways around the API for benchmarks, which have more channels and talk faster than people.
extension Simulator {
  /// Puts ready-made frames on the socket that was opened last, and returns once they have left. Nothing is remembered of them.
  package func pour(_ frames: [[UInt8]]) async {
    guard let socket = sessions.values.max(by: { $0.number < $1.number })?.socket else { return }
    for frame in frames { socket.send(bytes: frame) }
    await socket.drained()
  }

  /// Makes a conduit with one shard, and enabled subscriptions of these types and versions for each of the channels, read by
  /// themselves.
  package func subscribe(
    _ types: [(name: String, version: String)], of channels: [Identifier<User>]
  ) throws(SimulatorError) {
    let conduit = try addConduit(shardCount: 1)
    for (name, version) in types {
      guard let type = SubscriptionType.named(name, version: version) else {
        throw .unknown(kind: "subscription type", name: name)
      }
      for channel in channels {
        subscriptionStore.insert(
          Subscription(
            id: Identifier(mint.uuid()), number: subscriptionStore.nextNumber(), client: firstClient, user: nil,
            type: type, condition: Dictionary(uniqueKeysWithValues: type.required.map { ($0, channel.rawValue) }),
            transport: .conduit(conduit), createdAt: deadlines.wall, cost: 0, status: "enabled"))
      }
    }
  }
}
