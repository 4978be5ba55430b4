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
    public let id: ShardID
    /// How far it is.
    public let state: State
    /// Its session, once welcomed; `nil` for a webhook shard.
    public let session: SessionID?
    /// How long ago Twitch was heard on it; `nil` when it never was, and for a webhook.
    public let silence: Duration?
  }

  /// The conduit in use, once there is one.
  public let conduit: ConduitID?
  /// The wanted shards, in order.
  public let shards: [Shard]
  /// How many of the wanted subscriptions are there, as far as known.
  public let presentSubscriptions: Int
  /// How many are wanted and not there yet.
  public let missingSubscriptions: Int
  /// The channels that Twitch refused to let be read, and its reason.
  public let unreadable: [ConduitPool.Channel: String]
  /// Whether no conduit can be made because there are as many as Twitch allows, and none of them is known to be ours.
  public let isAtConduitLimit: Bool
  /// Whether all wanted shards are ready.
  public let isReady: Bool

  /// Whether there is nothing new in it to tell people.
  func tellsTheSame(as other: ConduitStatus) -> Bool {
    isReady == other.isReady && shards == other.shards && unreadable == other.unreadable && conduit == other.conduit
      && isAtConduitLimit == other.isAtConduitLimit
      && (missingSubscriptions == 0) == (other.missingSubscriptions == 0)
  }
}

extension ConduitStatus.Shard {
  init(_ id: ShardID, _ state: ShardState, silence: Duration?) {
    self.id = id
    self.silence = silence
    session = state.session
    switch state.phase {
    case .idle, .connecting: self.state = .connecting
    case .unassigned, .assigning, .verifying: self.state = .assigning
    case .ready: self.state = .ready
    }
  }
}
