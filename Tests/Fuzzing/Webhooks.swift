import Crypto
import FoundationEssentials
import HTTPTypes
import WebSockets

@testable import Twitch

/// What comes to a webhook shard's callback: the first five lines are its headers, the signature last, the rest is the body.
/// An empty signature stands for the right one.
func readWebhook(_ bytes: [UInt8]) {
  var input = Input(bytes)
  let headers = ["Message-Id", "Message-Type", "Message-Timestamp", "Subscription-Type"].map { ($0, input.line()) }
  let signature = input.line()
  let body = Data(input.rest())
  var request = Request(.post, "/eventsub/shards/0", body: body)
  for (name, value) in headers { request.headers[name] = value }
  let message = Data((request.headers["Message-Id"] + request.headers["Message-Timestamp"]).utf8) + body
  let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Data("s3cr3t-for-tests".utf8)))
  let right = "sha256=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  request.headers["Message-Signature"] = signature.isEmpty ? right : signature
  check(request, isSigned: request.headers["Message-Signature"].lowercased() == right)
}

private func check(_ request: Request, isSigned: Bool) {
  let now = Date(timeIntervalSince1970: 1_773_511_511)
  let secrets = [Secret("another"), Secret("s3cr3t-for-tests")]
  do throws(WebhookDelivery.Refusal) {
    _ = try WebhookDelivery(request, secrets: secrets, at: [now])
    promise(isSigned, "what is not signed is refused")
    // Signing takes most of the time.
    guard request.body.count.isMultiple(of: 16) else { return }
    var forged = request
    forged.body.append(0x20)
    promise((try? WebhookDelivery(forged, secrets: secrets, at: [now])) == nil, "what was changed is refused")
    promise((try? WebhookDelivery(request, secrets: [], at: [now])) == nil, "nothing is right without a secret")
    let isChallenge = request.headers["Message-Type"] == "webhook_callback_verification"
    let later = try? WebhookDelivery(request, secrets: secrets, at: [now + 1300])
    promise(later == nil || isChallenge, "what is old is refused, unless it is a challenge")
  } catch {
    if case .badSignature = error { promise(!isSigned, "what is signed is not called forged") }
  }
}

extension HTTPFields {
  fileprivate subscript(name: String) -> String {
    get { HTTPField.Name("Twitch-Eventsub-" + name).flatMap { self[$0] } ?? "" }
    set { if let name = HTTPField.Name("Twitch-Eventsub-" + name) { self[name] = newValue } }
  }
}
