/// One frame from an EventSub socket.
enum EventSubMessage: Hashable {
  /// The session is open under that id, and something will come at least that often.
  case welcome(SessionID, keepalive: Duration)
  /// Nothing happened lately, and the session lives.
  case keepalive
  /// Something happened.
  case notification(Notification)
  /// The session goes on at that URL, to be used exactly as it is.
  case reconnect(url: String)
  /// A subscription is gone.
  case revocation(Revocation)
  /// A kind of frame that this program does not know; to be skipped.
  case unknown(type: String)

  /// Reads a frame's JSON. Its keys are expected as in the frame before.
  init(_ frame: [UInt8], keys: inout KeyOrder) throws(EventSubError) {
    do throws(JSONError) {
      self = try EventSubEnvelope(frame, keys: &keys).message()
    } catch {
      throw .unreadable(error.description)
    }
  }
}

/// A frame taken apart: what the message is, and what it is about.
private struct EventSubEnvelope: ~Copyable {
  private var metadata = EventSubMetadata()
  private var payload = EventSubPayload()

  init(_ frame: [UInt8], keys: inout KeyOrder) throws(JSONError) {
    var reader = try JSONReader(frame, keys: keys)
    var payloadPlace: JSONReader?
    guard try reader.beginObject() else { throw .missing("metadata") }
    while let field = try reader.nextField() {
      switch field {
      case .metadata: metadata = try EventSubMetadata(from: &reader)
      case .payload where metadata.messageType != nil:
        payload = try EventSubPayload(from: &reader, eventType: metadata.eventType)
      case .payload:
        payloadPlace = reader
        try reader.skip()
      default: try reader.skip()
      }
    }
    try reader.end()
    keys = reader.keys
    if var place = payloadPlace {
      payload = try EventSubPayload(from: &place, eventType: metadata.eventType)
    }
  }

  consuming func message() throws(JSONError) -> EventSubMessage {
    guard let type = metadata.messageType else { throw .missing("message_type") }
    switch type {
    case "session_welcome":
      guard let id = payload.session.id else { throw .missing("session.id") }
      return .welcome(SessionID(id), keepalive: payload.session.keepalive)
    case "session_keepalive":
      return .keepalive
    case "session_reconnect":
      guard let url = payload.session.reconnectURL else { throw .missing("reconnect_url") }
      return .reconnect(url: url)
    case "notification":
      guard let id = metadata.messageID else { throw .missing("message_id") }
      return .notification(try payload.notification(id: NotificationID(id), timestamp: metadata.timestamp))
    case "revocation":
      return .revocation(try payload.revocation())
    default:
      return .unknown(type: type)
    }
  }
}

/// `metadata`: what every frame says about itself.
private struct EventSubMetadata: ~Copyable {
  var messageID: String?
  var messageType: String?
  var timestamp: Timestamp?
  var subscriptionType: SubscriptionType?

  /// What kind of event the payload has, as far as that is known from here.
  var eventType: SubscriptionType? { messageType == "notification" ? subscriptionType : nil }

  init() {}

  init(from reader: inout JSONReader) throws(JSONError) {
    guard try reader.beginObject() else { return }
    while let field = try reader.nextField() {
      switch field {
      case .messageID: messageID = try reader.string()
      case .messageType: messageType = try reader.string()
      case .messageTimestamp: timestamp = try reader.timestamp()
      case .subscriptionType: subscriptionType = try reader.subscriptionType()
      default: try reader.skip()
      }
    }
  }
}
