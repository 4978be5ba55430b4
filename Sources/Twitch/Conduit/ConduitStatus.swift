/// A snapshot of the pool for the log, `/readyz` and the metrics. Holds no secret and no chat.
public struct ConduitStatus: Hashable, Sendable {
  /// What is known of one wanted shard.
  public struct Shard: Hashable, Sendable {
    /// How far a shard has come.
    public enum State: String, Hashable, Sendable {
      /// A socket is being opened, or the next try is waited for.
      case connecting
      /// There is a session or a callback, and Twitch has not confirmed it for this shard yet.
      case assigning
      /// Twitch delivers to it.
      case ready
    }

    /// Which shard.
    public var id: ShardID
    /// How far it is.
    public var state: State
    /// Its session, once welcomed; `nil` for a webhook shard.
    public var session: SessionID?
    /// How long ago Twitch was heard on it; `nil` when it never was.
    public var silence: Duration?
  }

  /// The conduit in use, once there is one.
  public var conduit: ConduitID?
  /// The wanted shards, in order.
  public var shards: [Shard]
  /// How many subscriptions are enabled, as far as known.
  public var enabledSubscriptions: Int
  /// How many are wanted and not there yet.
  public var missingSubscriptions: Int
  /// The channels that Twitch refused to let be read, and its reason.
  public var unreadable: [ConduitPool.Channel: String]
  /// Whether all wanted shards are ready.
  public var isReady: Bool
}
