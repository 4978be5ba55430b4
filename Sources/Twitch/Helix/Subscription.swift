/// A subscription as Twitch lists it.
public struct Subscription: Hashable, Sendable, Identifiable {
  /// Whether a subscription brings anything, and if not, why.
  public struct Status: Word {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Twitch delivers. Every other status, known or not, means that it does not.
    public static let enabled: Status = "enabled"
  }

  /// What a subscription is about. There can be one for each topic and conduit, so wanted and actual are compared by it.
  public struct Topic: Hashable, Sendable {
    /// What kind of event.
    public var type: SubscriptionType
    /// Which version of the event's fields.
    public var version: String
    /// Which channel, which reader, as the type asks for.
    public var condition: [String: String]

    /// Names a topic.
    public init(_ type: SubscriptionType, version: String = "1", condition: [String: String]) {
      self.type = type
      self.version = version
      self.condition = condition
    }
  }

  /// What it is deleted by.
  public let id: SubscriptionID
  /// Whether it brings anything.
  public let status: Status
  /// What it is about.
  public let topic: Topic
  /// Where it delivers to.
  public let transport: Transport
  /// When it was made.
  public let createdAt: Timestamp?
  /// What it counts against the application's total.
  public let cost: Int
}

extension Subscription: Decodable {
  private enum CodingKeys: String, CodingKey {
    case id, status, type, version, condition, transport, cost
    case createdAt = "created_at"
  }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    id = try keys.decode(SubscriptionID.self, forKey: .id)
    status = try keys.decode(Status.self, forKey: .status)
    let condition = try keys.decodeIfPresent([String: ConditionValue].self, forKey: .condition) ?? [:]
    topic = Topic(
      try keys.decode(SubscriptionType.self, forKey: .type), version: try keys.decode(String.self, forKey: .version),
      condition: condition.compactMapValues(\.text))
    transport = try keys.decode(Transport.self, forKey: .transport)
    createdAt = try? keys.decode(Timestamp.self, forKey: .createdAt)
    cost = try keys.decodeIfPresent(Int.self, forKey: .cost) ?? 0
  }
}

/// A value of a condition. Optional fields that were not given come back as empty text and count as not given, so that a
/// topic equals the one that was asked for.
private struct ConditionValue: Decodable {
  let text: String?

  init(from decoder: any Decoder) throws {
    let text = try? decoder.singleValueContainer().decode(String.self)
    self.text = text?.isEmpty == true ? nil : text
  }
}
