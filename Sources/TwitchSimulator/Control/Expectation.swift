extension Simulator {
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
