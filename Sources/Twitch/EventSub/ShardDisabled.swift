/// A shard that Twitch delivers nothing to any more.
public struct ShardDisabled: Hashable, Sendable {
  /// The conduit it belongs to.
  public var conduitID: ConduitID
  /// Which of its shards.
  public var shardID: ShardID
  /// Why, in Twitch's words; an open set.
  public var status: String
  /// The session that it was assigned to; `nil` for a webhook.
  public var sessionID: SessionID?

  /// Creates the event.
  public init(conduitID: ConduitID, shardID: ShardID, status: String, sessionID: SessionID? = nil) {
    self.conduitID = conduitID
    self.shardID = shardID
    self.status = status
    self.sessionID = sessionID
  }
}
