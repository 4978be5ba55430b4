import HTTPTypes
import WebSockets

/// Listing, deleting and revoking subscriptions.
extension Simulator {
  func listSubscriptions(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let filters = ["status", "type", "user_id", "subscription_id", "conduit_id"].filter { call.query[$0] != nil }
    guard filters.count <= 1 else {
      throw HelixFailure(400, "The request may specify only one filter query parameter.")
    }
    let owner = Subscriptions.Owner(client: call.client, user: call.token.user)
    let (total, rows, pagination) = try page(of: owner, by: filters.first, call)
    let body: JSON = ["total": .int(total), "data": .array(rows.map(\.json))]
    return body.adding(costs(for: call)).adding(["pagination": pagination])
  }

  private func page(
    of owner: Subscriptions.Owner, by filter: String?, _ call: HelixCall
  ) throws(HelixFailure) -> (total: Int, rows: [Subscription], pagination: JSON) {
    let mine = Subscriptions.Selection.of(owner)
    switch filter {
    case nil: return try page(of: mine, call)
    case "conduit_id"?:
      let conduit = Subscriptions.Selection.on(Identifier(call.query["conduit_id"] ?? ""))
      let isMine = subscriptionStore.subscriptions(conduit, 0..<min(1, subscriptionStore.count(conduit)))
        .allSatisfy { $0.owner == owner }
      return isMine ? try page(of: conduit, call) : (0, [], [:])
    case let filter?:
      let value = call.query[filter] ?? ""
      let all = subscriptionStore.subscriptions(mine, 0..<subscriptionStore.count(mine))
      let rows = all.filter { subscription in
        switch filter {
        case "status": subscription.status == value
        case "type": subscription.type.name == value
        case "subscription_id": subscription.id.rawValue == value
        default: subscription.condition.contains { $0.key.hasSuffix("user_id") && $0.value == value }
        }
      }
      let page = try call.page(rows, size: behavior.pageSize)
      return (rows.count, page.rows, page.pagination)
    }
  }

  private func page(
    of selection: Subscriptions.Selection, _ call: HelixCall
  ) throws(HelixFailure) -> (total: Int, rows: [Subscription], pagination: JSON) {
    let total = subscriptionStore.count(selection)
    let (places, pagination) = try call.page(of: total, size: behavior.pageSize)
    return (total, subscriptionStore.subscriptions(selection, places), pagination)
  }

  func deleteSubscription(_ call: HelixCall) throws(HelixFailure) -> Response {
    let id = Identifier<Subscription>(try call.required("id"))
    guard let found = subscriptionStore[id], found.client == call.client, found.user == call.token.user else {
      throw HelixFailure(404, "subscription not found")
    }
    subscriptionStore.remove(id)
    record("subscription.deleted", ["subscription": id.rawValue, "type": found.type.name])
    return Response(.noContent)
  }

  /// An answer with the sums that belong to it.
  func listing(_ body: JSON, for call: HelixCall) -> JSON {
    let sum = subscriptionStore.sum(of: Subscriptions.Owner(client: call.client, user: call.token.user))
    return body.adding(["total": .int(sum.count)]).adding(costs(for: call))
  }

  private func costs(for call: HelixCall) -> JSON {
    let sum = subscriptionStore.sum(of: Subscriptions.Owner(client: call.client, user: call.token.user))
    return [
      "total_cost": .int(sum.cost), "max_total_cost": .int(call.token.user == nil ? behavior.maximumCost : 10),
    ]
  }

  /// Subscriptions, oldest first, disabled ones too.
  public func subscriptions() -> [SubscriptionState] {
    subscriptionStore.all.map {
      SubscriptionState(id: $0.id, status: $0.status, type: $0.type.name, condition: $0.condition, cost: $0.cost)
    }
  }

  /// Makes every enabled subscription exist so many times; of equal ones Twitch lets there be three.
  public func multiplySubscriptions(by count: Int) {
    for subscription in subscriptionStore.all where subscription.isEnabled {
      for _ in 1..<max(1, count) {
        subscriptionStore.insert(
          subscription.copy(id: Identifier(mint.uuid()), number: subscriptionStore.nextNumber()))
      }
    }
  }

  /// Disables subscriptions of a type, or all, with a status of your choice, telling their owner.
  public func revokeSubscriptions(type: String? = nil, status: String) {
    revokeSubscriptions(status: status) { type == nil || $0.type.name == type }
  }

  /// Disables what matches and sends the revocations.
  func revokeSubscriptions(status: String, where matches: (Subscription) -> Bool) {
    for subscription in subscriptionStore.all where subscription.isEnabled && matches(subscription) {
      disable(subscription.id, status: status)
      guard let revoked = subscriptionStore[subscription.id] else { continue }
      deliver(Notification(id: mint.notificationID(), sent: deadlines.wall, subscription: revoked, event: nil))
    }
  }

  /// Revokes those whose permission is gone.
  func revokeUnauthorized(status: String, where matches: (Subscription) -> Bool) {
    revokeSubscriptions(status: status) { matches($0) && !isAuthorized($0) }
  }

  /// Disables without a word; the subscription stays listed for an hour or, conduit and webhook ones, ten days.
  func disable(_ id: Identifier<Subscription>, status: String) {
    guard let subscription = subscriptionStore[id], subscription.isAlive else { return }
    subscriptionStore.change(id) { $0.status = status }
    record("subscription.disabled", ["subscription": id.rawValue, "type": subscription.type.name, "status": status])
    let seconds = subscription.user == nil ? 10 * 86_400.0 : 3_600
    deadlines.after(seconds) { self.subscriptionStore.remove(id) }
  }
}
