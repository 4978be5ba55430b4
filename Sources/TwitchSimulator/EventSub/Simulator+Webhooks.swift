import FoundationEssentials
import HTTPTypes
import WebSockets

/// The sender of webhooks: challenges, notifications with their resends, revocations.
extension Simulator {
  /// Whose webhook it is.
  enum WebhookOwner {
    case subscription(Identifier<Subscription>)
    case shard(Identifier<Conduit>, Int)
  }

  /// Posts a notification; what is not taken comes again after 1, 2 and 4 seconds with the same id.
  func post(_ notification: Notification, to callback: String, secret: String, owner: WebhookOwner) {
    counts.notifications += 1
    let webhook = Webhook(
      callback: callback, secret: secret, id: notification.id,
      kind: notification.isRevocation ? "revocation" : "notification", timestamp: notification.sent.timestamp,
      type: notification.type, version: notification.subscription.type.version, body: notification.payload.data)
    lastWebhooks.append(webhook)
    if lastWebhooks.count > 100 { lastWebhooks.removeFirst() }
    Task {
      var isTaken = await self.send(webhook, retry: 0)?.isSuccess ?? false
      for retry in 1...3 where !isTaken {
        guard (try? await loop.sleep(for: .seconds(1 << (retry - 1)))) != nil else { return }
        isTaken = await self.send(webhook, retry: retry)?.isSuccess ?? false
      }
      self.note(isTaken, for: owner)
    }
  }

  private func note(_ isTaken: Bool, for owner: WebhookOwner) {
    let status = "notification_failures_exceeded"
    switch owner {
    case .subscription(let id):
      subscriptionStore.change(id) { $0.failures = isTaken ? 0 : $0.failures + 1 }
      guard (subscriptionStore[id]?.failures ?? 0) >= behavior.webhookFailureLimit else { return }
      revokeSubscriptions(status: status) { $0.id == id }
    case .shard(let id, let number):
      conduitStore[id]?.shards[number]?.failures = isTaken ? 0 : (conduitStore[id]?.shards[number]?.failures ?? 0) + 1
      guard (conduitStore[id]?.shards[number]?.failures ?? 0) >= behavior.webhookFailureLimit else { return }
      disableShard(number, of: id, status: status)
    }
  }

  /// Asks a new subscription's callback to prove itself.
  func verify(_ subscription: Subscription, callback: String, secret: String) {
    let challenge = mint.uuid()
    let body: JSON = ["challenge": .string(challenge), "subscription": subscription.json]
    Task {
      let isProven = await self.proves(challenge, body, callback, secret, type: subscription.type)
      subscriptionStore.change(subscription.id) {
        $0.status = isProven ? "enabled" : "webhook_callback_verification_failed"
      }
      record("subscription.verified", ["subscription": subscription.id.rawValue])
    }
  }

  /// Posts a challenge once; within ten seconds the answer must be its text.
  func proves(
    _ challenge: String, _ body: JSON, _ callback: String, _ secret: String, type: SubscriptionType?
  ) async -> Bool {
    let webhook = Webhook(
      callback: callback, secret: secret, id: mint.notificationID(), kind: "webhook_callback_verification",
      timestamp: deadlines.wall.timestamp, type: type?.name, version: type?.version, body: body.data)
    let answer = await send(webhook, retry: 0)
    return answer?.status == .ok && answer?.body == Data(challenge.utf8)
  }

  private func send(_ webhook: Webhook, retry: Int, signature: String? = nil) async -> Response? {
    var headers: HTTPFields = [.contentType: "application/json"]
    let prefix = "Twitch-Eventsub-"
    for (name, value) in [
      ("Message-Id", webhook.id), ("Message-Retry", String(retry)), ("Message-Type", webhook.kind),
      ("Message-Signature", signature ?? webhook.signature), ("Message-Timestamp", webhook.timestamp),
      ("Subscription-Type", webhook.type), ("Subscription-Version", webhook.version),
    ] {
      if let value, let field = HTTPField.Name(prefix + name) { headers[field] = value }
    }
    return try? await client.send(.post, webhook.callback, headers: headers, body: webhook.body, timeout: .seconds(10))
  }

  /// Posts the last webhook notification again with the same id and, when asked, an old timestamp or a bad signature.
  /// Answers with the status that the receiver gave, nil when it gave none.
  public func replayWebhook(ageSeconds: Double = 0, badSignature: Bool = false) async throws(SimulatorError) -> Int? {
    guard let last = lastWebhooks.last else { throw .invalid("no webhook was posted yet") }
    let timestamp = ageSeconds == 0 ? last.timestamp : (deadlines.wall + -ageSeconds).timestamp
    let webhook = Webhook(
      callback: last.callback, secret: last.secret, id: last.id, kind: last.kind, timestamp: timestamp,
      type: last.type, version: last.version, body: last.body)
    let signature = badSignature ? "sha256=" + String(repeating: "0", count: 64) : nil
    return await send(webhook, retry: 0, signature: signature)?.status.code
  }
}

extension Response {
  fileprivate var isSuccess: Bool { status.kind == .successful }
}
