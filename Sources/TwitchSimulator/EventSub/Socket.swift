extension Simulator {
  /// An EventSub WebSocket as the simulator sees it.
  public struct Socket: Sendable, Codable {
    /// The session id of its welcome.
    public var session: Identifier<Session>
    /// Whether the welcome was sent.
    public var welcomed: Bool
    /// Whether it was made to fall silent.
    public var silent: Bool
    /// Whether a requested reconnect is under way.
    public var reconnecting: Bool
    /// Shards that point to it, as `conduit/shard`.
    public var shards: [String]
    /// Frames sent on it.
    public var frames: Int
  }
}
