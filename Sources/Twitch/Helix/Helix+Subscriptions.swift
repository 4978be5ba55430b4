/// https://dev.twitch.tv/docs/api/reference/#create-eventsub-subscription and what follows it. All with the application's
/// token, which sees the subscriptions of conduits and webhooks.
extension Helix {
  /// Lets a conduit have the events of a topic.
  ///
  /// `.conflict` means that it has them already: adopt that subscription. `.tooMany` is about the application's total cost or
  /// about subscriptions that the list may not show: back off for minutes.
  public func createSubscription(
    to topic: Subscription.Topic, on conduit: ConduitID
  ) async throws(HelixError) -> Subscription {
    let body = SubscriptionBody(
      type: topic.type, version: topic.version, condition: topic.condition,
      transport: ConduitTransport(conduitID: conduit))
    return try await one(.post("eventsub/subscriptions", body), of: Subscription.self)
  }

  /// Lists subscriptions, all pages, oldest first; those that are disabled stay listed for days. Before each page `prepare` may wait,
  /// or end it all.
  public func subscriptions(
    _ filter: SubscriptionFilter? = nil, beforeEach prepare: () async throws(HelixError) -> Void = {}
  ) async throws(HelixError) -> [Subscription] {
    try await pages(
      .get("eventsub/subscriptions", filter.map { [$0.query] } ?? []), of: Subscription.self, beforeEach: prepare)
  }

  /// Ends a subscription; `.notFound` when it has ended already.
  public func deleteSubscription(_ id: SubscriptionID) async throws(HelixError) {
    _ = try await send(.delete("eventsub/subscriptions", [("id", id.rawValue)]))
  }
}

/// What a list of subscriptions is narrowed to. Twitch takes one filter at a time.
public enum SubscriptionFilter: Hashable, Sendable {
  /// Those with that status.
  case status(Subscription.Status)
  /// Those of that conduit. New in 2026: where it is not known, the list is not narrowed.
  case conduit(ConduitID)

  var query: (name: String, value: String) {
    switch self {
    case .status(let status): ("status", status.rawValue)
    case .conduit(let conduit): ("conduit_id", conduit.rawValue)
    }
  }
}

private struct SubscriptionBody: Encodable {
  let type: SubscriptionType
  let version: String
  let condition: [String: String]
  let transport: ConduitTransport
}

private struct ConduitTransport: Encodable {
  let method = Transport.Method.conduit
  let conduitID: ConduitID

  private enum CodingKeys: String, CodingKey {
    case method
    case conduitID = "conduit_id"
  }
}
