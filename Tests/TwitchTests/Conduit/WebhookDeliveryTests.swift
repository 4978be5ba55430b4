import Crypto
import Foundation
import HTTPTypes
import Testing
import WebSockets

@testable import Twitch

@Suite struct WebhookDeliveryTests {
  private let secret = Secret("s3cr3t-for-tests")
  private let time = "2026-03-14T18:05:11.123456789Z"

  private var now: Date { Timestamp(time)?.date ?? .distantPast }

  private func request(
    _ body: Data, type: String, id: String = "e76c6bd4-55c9-4987-8304-da1588d8988b", time: String? = nil,
    signature: String? = nil, method: HTTPRequest.Method = .post
  ) throws -> Request {
    let time = time ?? self.time
    let message = Data(id.utf8) + Data(time.utf8) + body
    let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Data(secret.reveal().utf8)))
    let computed = "sha256=" + code.map { String(format: "%02x", $0) }.joined()
    var headers: HTTPFields = [:]
    for (name, value) in [
      ("Message-Id", id), ("Message-Type", type), ("Message-Timestamp", time),
      ("Message-Signature", signature ?? computed),
    ] {
      headers[try #require(HTTPField.Name("Twitch-Eventsub-" + name))] = value
    }
    return Request(method, "/eventsub/shards/0", headers: headers, body: body)
  }

  private func read(_ request: Request, secrets: [Secret]? = nil, at now: Date? = nil) throws -> WebhookDelivery {
    try WebhookDelivery(request, secrets: secrets ?? [secret], at: [now ?? self.now])
  }

  @Test func twitchsOwnVectorIsAccepted() throws {
    let vector = try Sample("webhook_headers_and_signature_vector").decode([String: [String: String]].self)
    let parts = try #require(vector["signature_test_vector"])
    let request = try request(
      Data(parts["raw_body", default: ""].utf8), type: "webhook_callback_verification",
      id: parts["message_id", default: ""], time: parts["message_timestamp"], signature: parts["expected_signature"])
    guard
      case .challenge("abc123", _) = try read(
        request, secrets: [Secret("other"), Secret(parts["secret", default: ""])])
    else {
      Issue.record("not the challenge")
      return
    }
  }

  @Test(arguments: [
    ("webhook_challenge_conduit_shard", "8b1f0f5e-2f9d-4a7c-8f5b-5f1f0d6b2a11"),
    ("webhook_challenge_subscription", "5c0d2a4e-harbor-challenge-91b7"),
  ])
  func bothKindsOfChallengeAreRead(name: String, challenge: String) throws {
    let request = try request(Sample(name).data, type: "webhook_callback_verification")
    guard case .challenge(challenge, _) = try read(request) else {
      Issue.record("not the challenge")
      return
    }
  }

  @Test func aNotificationIsReadWithIdAndTimeOfItsHeaders() throws {
    let request = try request(Sample("webhook_notification").data, type: "notification")
    guard case .notification(let notification) = try read(request), case .message(let message) = notification.event
    else {
      Issue.record("no chat message")
      return
    }
    #expect(notification.id == "e76c6bd4-55c9-4987-8304-da1588d8988b")
    #expect(notification.timestamp == Timestamp(time))
    #expect(message.text == "delivered to a webhook shard")
  }

  @Test func aRevocationIsRead() throws {
    let request = try request(Sample("webhook_revocation").data, type: "revocation")
    guard case .revocation(_, let revocation) = try read(request) else {
      Issue.record("no revocation")
      return
    }
    #expect(revocation.status == "notification_failures_exceeded")
  }

  @Test(arguments: [
    "", "sha256=", "sha256=00", "sha1=0fe5", "sha256=zz", "sha256=" + String(repeating: "0", count: 64),
    "sha256=" + String(repeating: "0", count: 63),
  ])
  func anyOtherSignatureIsRefused(signature: String) throws {
    let request = try request(Data("{}".utf8), type: "notification", signature: signature)
    #expect(throws: WebhookDelivery.Refusal.badSignature) { try read(request) }
  }

  @Test func everySignedPartCounts() throws {
    let body = try Sample("webhook_notification").data
    var changed = try request(body, type: "notification")
    changed.body[10] ^= 1
    #expect(throws: WebhookDelivery.Refusal.badSignature) { try read(changed) }
    #expect(throws: WebhookDelivery.Refusal.badSignature) {
      try read(request(body, type: "notification"), secrets: [Secret("another")])
    }
    #expect(throws: WebhookDelivery.Refusal.badSignature) { try read(request(body, type: "notification"), secrets: []) }
    for name in ["Message-Id", "Message-Timestamp"] {
      var changed = try request(body, type: "notification")
      changed.headers[try #require(HTTPField.Name("Twitch-Eventsub-" + name))] = "2026-03-14T18:05:12Z"
      #expect(throws: WebhookDelivery.Refusal.badSignature) { try read(changed) }
    }
  }

  @Test(arguments: [(599.0, true), (-599.0, true), (601.0, false), (-601.0, false), (86_400.0, false)])
  func tenMinutesAreAllowed(seconds: Double, isAllowed: Bool) throws {
    let request = try request(Sample("webhook_notification").data, type: "notification")
    let now = now.addingTimeInterval(seconds)
    if isAllowed {
      _ = try read(request, at: now)
    } else {
      #expect(throws: WebhookDelivery.Refusal.tooOld) { try read(request, at: now) }
    }
  }

  @Test func oneRightClockIsEnough() throws {
    let request = try request(Sample("webhook_notification").data, type: "notification")
    let wrong = now.addingTimeInterval(3600)
    _ = try WebhookDelivery(request, secrets: [secret], at: [wrong, now])
    #expect(throws: WebhookDelivery.Refusal.tooOld) { try WebhookDelivery(request, secrets: [secret], at: [wrong]) }
  }

  @Test func aChallengeTellsTheTimeItself() throws {
    let request = try request(
      Sample("webhook_challenge_conduit_shard").data, type: "webhook_callback_verification")
    guard case .challenge(_, sentAt: let time) = try read(request, at: now.addingTimeInterval(3600)) else {
      Issue.record("not the challenge")
      return
    }
    #expect(time == Timestamp(self.time))
  }

  @Test func whatIsNoDeliveryIsRefused() throws {
    let body = try Sample("webhook_notification").data
    #expect(throws: WebhookDelivery.Refusal.notADelivery) {
      try read(request(body, type: "notification", method: .get))
    }
    #expect(throws: WebhookDelivery.Refusal.notADelivery) { try read(Request(.post, "/", body: body)) }
  }

  @Test(arguments: ["{", "[]", "{}", #"{"subscription":{"id":"s","type":"stream.online"},"event":{}}"#])
  func whatIsSignedAndMakesNoSenseIsTakenQuietly(body: String) throws {
    let request = try request(Data(body.utf8), type: "notification")
    guard case .ignored = try read(request) else {
      Issue.record("not ignored")
      return
    }
  }
}
