import Storage
import Twitch

extension Relay.Configuration {
  /// Where Twitch delivers to webhook shards.
  static let callbackPath = "/eventsub/shards/"

  /// One transport for each shard: the sockets first, then the callbacks.
  func transports(_ store: Store) async throws -> [ConduitPool.Transport] {
    let sockets = [ConduitPool.Transport](repeating: .webSocket, count: shards)
    guard webhookShards > 0 else { return sockets }
    // Twitch takes https:// only; what stands in for it on loopback does with less.
    guard var base = publicURL, Origin.of(url: base) != nil else { throw RelayError.noPublicURL }
    while base.hasSuffix("/") { base.removeLast() }
    let secret = Secret(try await store.webhookSecret())
    return sockets
      + (shards..<shards + webhookShards).map { shard in
        .webhook(callback: "\(base)\(Self.callbackPath)\(shard)", secret: secret)
      }
  }
}
