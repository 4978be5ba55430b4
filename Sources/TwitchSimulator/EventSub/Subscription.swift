extension Simulator {
  /// A subscription as it is stored.
  public struct Subscription: Sendable {
    enum Transport: Sendable, Equatable {
      case conduit(Identifier<Conduit>)
      case webSocket(Identifier<Session>, connectedAt: Moment)
      case webhook(callback: String, secret: String)

      /// What makes two transports the same one for a 409.
      var target: String {
        switch self {
        case .conduit(let id): id.rawValue
        case .webSocket(let id, _): id.rawValue
        case .webhook(let callback, _): callback
        }
      }
    }

    let id: Identifier<Subscription>
    /// Counts up, so that lists are oldest first.
    let number: Int
    let client: Identifier<Client>
    /// The user of the token, for WebSocket subscriptions.
    let user: Identifier<User>?
    let type: SubscriptionType
    let condition: [String: String]
    var transport: Transport
    let createdAt: Moment
    let cost: Int
    var status: String
    /// Deliveries in a row that its webhook did not take.
    var failures = 0

    /// The same once more.
    func copy(id: Identifier<Subscription>, number: Int) -> Subscription {
      Subscription(
        id: id, number: number, client: client, user: user, type: type, condition: condition, transport: transport,
        createdAt: createdAt, cost: cost, status: status)
    }

    var owner: Subscriptions.Owner { Subscriptions.Owner(client: client, user: user) }
    var isEnabled: Bool { status == "enabled" }
    /// Whether it counts against limits: enabled, or about to be.
    var isAlive: Bool { isEnabled || status == "webhook_callback_verification_pending" }
    var broadcaster: Identifier<User>? { condition["broadcaster_user_id"].map { Identifier($0) } }
    var reader: Identifier<User>? { condition["user_id"].map { Identifier($0) } }

    var json: JSON {
      [
        "id": JSON(id), "status": JSON(status), "type": JSON(type.name), "version": JSON(type.version),
        "condition": conditionJSON, "transport": transportJSON, "created_at": .string(createdAt.timestamp),
        "cost": .int(cost),
      ]
    }

    private var conditionJSON: JSON {
      let keys = (type.required + type.optional).filter { condition[$0] != nil }
      return .object(JSON.Members(list: keys.map { .init(key: $0, value: JSON(condition[$0])) }))
    }

    private var transportJSON: JSON {
      switch transport {
      case .conduit(let id): ["method": "conduit", "conduit_id": JSON(id)]
      case .webhook(let callback, _): ["method": "webhook", "callback": .string(callback)]
      case .webSocket(let id, let connectedAt):
        ["method": "websocket", "session_id": JSON(id), "connected_at": .string(connectedAt.timestamp)]
      }
    }
  }
}
