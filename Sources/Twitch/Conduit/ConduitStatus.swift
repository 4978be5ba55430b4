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
    /// What it has seen so far.
    public let record: Record
  }

  /// What a shard has seen since the start, for the metrics.
  public struct Record: Hashable, Sendable {
    /// How many notifications came over it, repeated ones too.
    public internal(set) var notifications = 0
    /// How often Twitch confirmed an assignment.
    public internal(set) var assignments = 0
    /// How many sessions ended that had been open, other than by a planned reconnect.
    public internal(set) var losses = 0
    /// How many connections came to nothing before their welcome, those of planned reconnects included.
    public internal(set) var failures = 0
    /// How many planned reconnects it went through.
    public internal(set) var reconnects = 0
    /// How many frames came over it that nobody can read or that mean nothing to us.
    public internal(set) var skipped = 0
    /// How often its sessions and connections ended for each reason, in a word.
    public internal(set) var ends: [String: Int] = [:]

    static let none = Record()

    mutating func lose(_ error: EventSubError, wasOpen: Bool) {
      if wasOpen { losses += 1 } else { failures += 1 }
      ends[error.word, default: 0] += 1
    }

    /// A planned reconnect came to nothing.
    mutating func failToMove() {
      failures += 1
      ends["not_moved", default: 0] += 1
    }

    /// Twitch said that it does not deliver to it any more.
    mutating func disable() {
      losses += 1
      ends["disabled", default: 0] += 1
    }
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
  /// How many notifications came once more and were dropped.
  public let duplicates: Int

  /// Whether there is nothing new in it to tell people.
  func tellsTheSame(as other: ConduitStatus) -> Bool {
    isReady == other.isReady && shards.elementsEqual(other.shards, by: { $0.tellsTheSame(as: $1) })
      && unreadable == other.unreadable && conduit == other.conduit
      && isAtConduitLimit == other.isAtConduitLimit
      && (missingSubscriptions == 0) == (other.missingSubscriptions == 0)
  }
}

extension ConduitStatus.Shard {
  fileprivate func tellsTheSame(as other: Self) -> Bool {
    id == other.id && state == other.state && session == other.session
  }

  init(_ id: ShardID, _ state: ShardState, silence: Duration?, _ record: ConduitStatus.Record) {
    self.id = id
    self.silence = silence
    self.record = record
    session = state.session
    switch state.phase {
    case .idle, .connecting: self.state = .connecting
    case .unassigned, .assigning, .verifying: self.state = .assigning
    case .ready: self.state = .ready
    }
  }
}
