/// Where Twitch delivers to, as it says itself, for a shard or a subscription.
public struct Transport: Hashable, Sendable, Decodable {
  /// How deliveries travel.
  public struct Method: Word {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Through a conduit's shards.
    public static let conduit: Method = "conduit"
    /// To an EventSub session.
    public static let webSocket: Method = "websocket"
    /// By HTTP request to a callback.
    public static let webhook: Method = "webhook"
  }

  /// How deliveries travel.
  public let method: Method
  /// The conduit, when they travel through one.
  public let conduitID: ConduitID?
  /// The session, when it is a socket's.
  public let sessionID: SessionID?
  /// The address, when it is a webhook's.
  public let callback: String?
  /// Since when the session is there.
  public let connectedAt: Timestamp?
  /// Since when it is gone.
  public let disconnectedAt: Timestamp?
}

extension Transport {
  private enum CodingKeys: String, CodingKey {
    case method
    case conduitID = "conduit_id"
    case sessionID = "session_id"
    case callback
    case connectedAt = "connected_at"
    case disconnectedAt = "disconnected_at"
  }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    method = try keys.decode(Method.self, forKey: .method)
    conduitID = try keys.decodeIfPresent(ConduitID.self, forKey: .conduitID)
    sessionID = try keys.decodeIfPresent(SessionID.self, forKey: .sessionID)
    callback = try keys.decodeIfPresent(String.self, forKey: .callback)
    connectedAt = try? keys.decode(Timestamp.self, forKey: .connectedAt)
    disconnectedAt = try? keys.decode(Timestamp.self, forKey: .disconnectedAt)
  }
}
