extension Simulator {
  /// Sums since the start.
  public struct Counters: Sendable, Codable {
    /// HTTP calls, control calls excepted.
    public var calls = 0
    /// Calls by `METHOD path status`.
    public var callsByKind: [String: Int] = [:]
    /// How few points were left in whichever bucket had the fewest; nil before the first call.
    public var leastPoints: Int?
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
}
