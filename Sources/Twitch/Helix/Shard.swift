/// A shard as Twitch lists it. One that was never assigned is not listed at all.
public struct Shard: Hashable, Sendable, Identifiable, Decodable {
  /// Whether a shard gets deliveries, and if not, why.
  public struct Status: Word {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Twitch delivers to it. Every other status, known or not, means that it does not.
    public static let enabled: Status = "enabled"
    /// Twitch waits for the callback to answer its challenge.
    public static let verificationPending: Status = "webhook_callback_verification_pending"
  }

  /// Its place in the conduit.
  public let id: ShardID
  /// Whether it gets deliveries.
  public let status: Status
  /// Where they go.
  public let transport: Transport?
}

/// Where a shard's deliveries shall go.
public enum ShardTransport: Hashable, Sendable {
  /// To the socket with this session.
  case webSocket(SessionID)
  /// To a public HTTPS address on port 443, signed with a secret of 10 to 100 ASCII characters.
  case webhook(callback: String, secret: Secret)
}

/// What became of each shard that was assigned.
public struct ShardUpdate: Hashable, Sendable {
  /// Why one shard was not assigned.
  public struct Failure: Hashable, Sendable, Decodable {
    /// Which shard.
    public let id: ShardID
    /// What is wrong, in words that are not to be relied on.
    public let message: String
    /// What is wrong, from an open list.
    public let code: String
  }

  /// The shards as they are now.
  public let updated: [Shard]
  /// The shards that stay as they were.
  public let failures: [Failure]
}

extension ShardUpdate: Decodable {
  private enum CodingKeys: String, CodingKey {
    case updated = "data"
    case failures = "errors"
  }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    updated = try keys.decodeIfPresent(LenientList<Shard>.self, forKey: .updated)?.items ?? []
    failures = try keys.decodeIfPresent(LenientList<Failure>.self, forKey: .failures)?.items ?? []
  }
}

extension ShardUpdate.Failure {
  private enum CodingKeys: CodingKey { case id, message, code }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    id = try keys.decode(ShardID.self, forKey: .id)
    message = try keys.decodeIfPresent(String.self, forKey: .message) ?? ""
    code = try keys.decodeIfPresent(String.self, forKey: .code) ?? ""
  }
}
