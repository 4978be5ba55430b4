extension Simulator {
  /// Something that happened, for those who wait for it.
  public struct Event: Sendable, Codable {
    /// Counts up from 1.
    public var sequence: Int
    /// Such as `socket.opened`, `shard.enabled`, `chat.sent`; docs/simulator.md has the list.
    public var kind: String
    /// What it concerns, by name: `session`, `shard`, `message_id`.
    public var fields: [String: String]
  }
}
