import Crypto
import FoundationEssentials
public import HTTPTypes
import WebSockets

/// What Twitch wants with a request to a webhook shard's callback, once it is known to be Twitch's.
enum WebhookDelivery {
  /// Twitch asks whether the callback wants deliveries: answer with just this text.
  case challenge(String, sentAt: Timestamp)
  /// Something happened.
  case notification(Notification)
  /// A subscription is gone. The id is the delivery's.
  case revocation(NotificationID, Revocation)
  /// It is Twitch's, and means nothing to us: sending it again would not help.
  case ignored

  /// Why a request is not taken for Twitch's.
  enum Refusal: Error, CustomStringConvertible {
    /// It is no `POST`, or lacks a header that all deliveries have.
    case notADelivery
    /// The signature is not made with the secret of any shard.
    case badSignature
    /// It was signed more than ten minutes ago, whichever clock is right, so that it may be somebody's recording.
    case tooOld

    var description: String {
      switch self {
      case .notADelivery: "not a delivery"
      case .badSignature: "bad signature"
      case .tooOld: "too old"
      }
    }

    var status: HTTPResponse.Status {
      switch self {
      case .notADelivery: .badRequest
      case .badSignature, .tooOld: .forbidden
      }
    }
  }

  /// How old a delivery may be.
  static let window: Double = 600

  private static let verification = "webhook_callback_verification"

  /// Checks a request and reads what is in it. Any shard's secret will do: a callback may serve several of them. `times` is
  /// what it may be now: our clock may be wrong. Who asks for a challenge has just been told of the callback, and is
  /// answered at any time.
  init(_ request: Request, secrets: [Secret], at times: [Date]) throws(Refusal) {
    guard request.method == .post, let id = request.headers[.messageID], let type = request.headers[.messageType],
      let time = request.headers[.messageTimestamp], let signature = request.headers[.messageSignature]
    else { throw .notADelivery }
    let message = Data(id.utf8) + Data(time.utf8) + request.body
    guard secrets.contains(where: { Self.isSigned(message, signature, with: $0) }) else { throw .badSignature }
    guard let timestamp = Timestamp(time) else { throw .tooOld }
    let isFresh = times.contains { abs(timestamp.date.timeIntervalSince($0)) <= Self.window }
    guard isFresh || type == Self.verification else { throw .tooOld }
    let subscriptionType = request.headers[.subscriptionType].map { SubscriptionType($0) }
    self = (try? Self.read(request.body, type, subscriptionType, NotificationID(id), timestamp)) ?? .ignored
  }

  /// HMAC-SHA256, compared in constant time.
  private static func isSigned(_ message: Data, _ signature: String, with secret: Secret) -> Bool {
    let prefix = "sha256="
    guard signature.hasPrefix(prefix), let code = bytes(ofHexadecimal: signature.dropFirst(prefix.count)) else {
      return false
    }
    let key = SymmetricKey(data: Data(secret.reveal().utf8))
    return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: key)
  }

  private static func bytes(ofHexadecimal text: Substring) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  private static func read(
    _ body: Data, _ type: String, _ subscriptionType: SubscriptionType?, _ id: NotificationID, _ timestamp: Timestamp
  ) throws(JSONError) -> WebhookDelivery {
    var reader = try JSONReader(Array(body))
    let payload = try EventSubPayload(from: &reader, eventType: type == "notification" ? subscriptionType : nil)
    try reader.end()
    switch type {
    case verification: return payload.challenge.map { .challenge($0, sentAt: timestamp) } ?? .ignored
    case "notification": return .notification(try payload.notification(id: id, timestamp: timestamp))
    case "revocation": return .revocation(id, try payload.revocation())
    default: return .ignored
    }
  }
}

extension HTTPField.Name {
  fileprivate static let messageID = eventSub("Message-Id")
  fileprivate static let messageType = eventSub("Message-Type")
  fileprivate static let messageTimestamp = eventSub("Message-Timestamp")
  fileprivate static let messageSignature = eventSub("Message-Signature")
  fileprivate static let subscriptionType = eventSub("Subscription-Type")

  private static func eventSub(_ end: String) -> HTTPField.Name { known("Twitch-Eventsub-" + end) }
}

extension ConduitPool {
  /// The headers that a request to `respond(to:)` has to come with, for the server that listens for them.
  public static let callbackHeaders: [HTTPField.Name] = [
    .messageID, .messageType, .messageTimestamp, .messageSignature, .subscriptionType,
  ]
}
