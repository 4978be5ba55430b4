extension Simulator {
  /// A conduit with its shards.
  public struct ConduitState: Sendable, Codable {
    /// The conduit's id.
    public var id: Identifier<Conduit>
    /// The application that owns it.
    public var clientId: Identifier<Client>
    /// How many shards it has, assigned or not.
    public var shardCount: Int
    /// The shards that ever got a transport.
    public var shards: [ShardState]
  }

  /// A shard with its transport.
  public struct ShardState: Sendable, Codable {
    /// `0` and up.
    public var id: String
    /// `enabled` or why it is not.
    public var status: String
    /// The session, for a WebSocket shard.
    public var session: Identifier<Session>?
    /// The address, for a webhook shard.
    public var callback: String?
  }
}
