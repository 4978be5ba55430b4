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

  /// A subscription in the words of Twitch's list.
  public struct SubscriptionState: Sendable, Codable {
    /// The subscription's id.
    public var id: Identifier<Subscription>
    /// `enabled` or why it is not.
    public var status: String
    /// Such as `channel.chat.message`.
    public var type: String
    /// The condition as it was asked for.
    public var condition: [String: String]
    /// What it costs.
    public var cost: Int
  }

  /// Sums since the start.
  public struct Counters: Sendable, Codable {
    /// HTTP calls, control calls excepted.
    public var calls = 0
    /// Calls by `METHOD path status`.
    public var callsByKind: [String: Int] = [:]
    /// Sockets opened.
    public var socketsOpened = 0
    /// Sockets closed, by whichever side.
    public var socketsClosed = 0
    /// Notifications that were put on a socket or a webhook.
    public var notifications = 0
    /// Notifications that found their shard disabled and went to another one.
    public var retried = 0
    /// Notifications lost for want of an enabled shard.
    public var lost = 0
    /// Messages that chatters said or that were sent.
    public var messages = 0
    /// Messages that were sent over the API.
    public var sent = 0
    /// Messages that were refused with a `drop_reason`.
    public var dropped = 0
    /// App tokens handed out.
    public var appTokens = 0
    /// Refreshes that succeeded.
    public var refreshes = 0
  }

  /// Something that happened, for those who wait for it.
  public struct Event: Sendable, Codable {
    /// Counts up from 1.
    public var sequence: Int
    /// Such as `socket.opened`, `shard.enabled`, `chat.sent`; docs/simulator.md has the list.
    public var kind: String
    /// What it concerns, by name: `session`, `shard`, `message_id`.
    public var fields: [String: String]
  }

  /// What somebody waits for: everything that is given must be reached, as a minimum.
  public struct Expectation: Sendable, Codable {
    /// Open sockets.
    public var sockets: Int?
    /// Enabled shards, over all conduits.
    public var shards: Int?
    /// Enabled subscriptions.
    public var subscriptions: Int?
    /// Conduits.
    public var conduits: Int?
    /// Messages sent over the API since the start.
    public var sent: Int?
    /// Device grants that wait for a person.
    public var devices: Int?
    /// Whether the numbers must be met exactly.
    public var exactly: Bool?

    /// Describes what to wait for.
    public init(
      sockets: Int? = nil, shards: Int? = nil, subscriptions: Int? = nil, conduits: Int? = nil, sent: Int? = nil,
      devices: Int? = nil, exactly: Bool? = nil
    ) {
      self.sockets = sockets
      self.shards = shards
      self.subscriptions = subscriptions
      self.conduits = conduits
      self.sent = sent
      self.devices = devices
      self.exactly = exactly
    }
  }
}
