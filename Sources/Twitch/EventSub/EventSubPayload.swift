/// What a frame or a webhook's body is about: a session, or a subscription and mostly an event for it.
struct EventSubPayload: ~Copyable {
  private(set) var session = EventSubSessionFields()
  private(set) var subscription = EventSubSubscriptionFields()
  private(set) var event: Event?
  /// The text that a webhook has to answer with to prove that it wants the deliveries.
  private(set) var challenge: String?

  init() {}

  /// Reads a payload. Of a notification whose type is known already, the event alone is read; else the event is decoded where it
  /// stands when its type is known by then, or after the rest.
  init(from reader: inout JSONReader, eventType known: SubscriptionType?) throws(JSONError) {
    var eventPlace: JSONReader?
    guard try reader.beginObject() else { return }
    while let field = try reader.nextField() {
      switch field {
      case .session: session = try EventSubSessionFields(from: &reader)
      case .subscription where known == nil: subscription = try EventSubSubscriptionFields(from: &reader)
      case .challenge: challenge = try reader.string()
      case .event:
        if let type = known ?? subscription.type {
          event = try Event(type, from: &reader)
        } else {
          eventPlace = reader
          try reader.skip()
        }
      default: try reader.skip()
      }
    }
    if var place = eventPlace, let type = subscription.type { event = try Event(type, from: &place) }
  }

  /// The payload as a notification.
  consuming func notification(id: NotificationID, timestamp: Timestamp?) throws(JSONError) -> Notification {
    guard let event else { throw .missing("event") }
    return Notification(id: id, timestamp: timestamp, event: event)
  }

  /// The payload as a revocation.
  consuming func revocation() throws(JSONError) -> Revocation {
    guard let id = subscription.id else { throw .missing("subscription.id") }
    return Revocation(
      subscription: SubscriptionID(id), type: subscription.type ?? "", status: subscription.status ?? "",
      broadcaster: subscription.broadcaster.map { TwitchUserID($0) },
      reader: subscription.reader.map { TwitchUserID($0) })
  }
}

/// `session` in a welcome or a request to reconnect.
struct EventSubSessionFields {
  private(set) var id: String?
  private var keepaliveSeconds: Int?
  private(set) var reconnectURL: String?

  init() {}

  /// What is promised as long as nothing that can be is said: https://dev.twitch.tv/docs/eventsub/handling-websocket-events/ has
  /// ten seconds to ten minutes.
  var keepalive: Duration {
    guard let keepaliveSeconds, keepaliveSeconds > 0 else { return .seconds(10) }
    return .seconds(min(keepaliveSeconds, 600))
  }

  init(from reader: inout JSONReader) throws(JSONError) {
    guard try reader.beginObject() else { return }
    while let field = try reader.nextField() {
      switch field {
      case .id: id = try reader.string()
      case .keepaliveTimeout: keepaliveSeconds = try reader.integer()
      case .reconnectURL: reconnectURL = try reader.string()
      default: try reader.skip()
      }
    }
  }
}

/// `subscription`, and of its condition whom it concerns.
struct EventSubSubscriptionFields {
  private(set) var id: String?
  private(set) var type: SubscriptionType?
  private(set) var status: String?
  private(set) var broadcaster: String?
  private(set) var reader: String?

  init() {}

  init(from reader: inout JSONReader) throws(JSONError) {
    guard try reader.beginObject() else { return }
    while let field = try reader.nextField() {
      switch field {
      case .id: id = try reader.string()
      case .type: type = try reader.subscriptionType()
      case .status: status = try reader.string()
      case .condition: try readCondition(from: &reader)
      default: try reader.skip()
      }
    }
  }

  private mutating func readCondition(from json: inout JSONReader) throws(JSONError) {
    guard try json.beginObject() else { return }
    while let field = try json.nextField() {
      switch field {
      case .broadcasterID: broadcaster = try json.string()
      case .userID: reader = try json.string()
      default: try json.skip()
      }
    }
  }
}
