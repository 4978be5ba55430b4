/// A conduit as Twitch lists it.
public struct Conduit: Hashable, Sendable, Identifiable, Decodable {
  /// What subscriptions name as their destination.
  public let id: ConduitID
  /// How many shards it has, assigned or not.
  public let shardCount: Int

  private enum CodingKeys: String, CodingKey {
    case id
    case shardCount = "shard_count"
  }
}
