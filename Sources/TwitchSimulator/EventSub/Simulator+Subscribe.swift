import WebSockets

/// `POST /eventsub/subscriptions`, in Twitch's order of checks.
extension Simulator {
  func createSubscription(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let name = try call.requiredText("type")
    let version = try call.requiredText("version")
    guard let transportJSON = call.body["transport"], transportJSON.isObject else { throw .missing("transport") }
    let method = transportJSON["method"]?.string ?? ""
    guard ["conduit", "webhook", "websocket"].contains(method) else {
      throw HelixFailure(400, "The value specified in the method field is not valid")
    }
    guard (call.token.user == nil) == (method != "websocket") else {
      throw HelixFailure(400, "invalid transport and auth combination")
    }
    guard let type = SubscriptionType.named(name, version: version) else {
      throw HelixFailure(400, "invalid subscription type and version")
    }
    let condition = try condition(call.body["condition"], of: type)
    let transport = try transport(transportJSON, method, call)
    let now = deadlines.wall
    let subscription = Subscription(
      id: Identifier(mint.uuid()), number: subscriptionStore.nextNumber(), client: call.client, user: call.token.user,
      type: type, condition: condition, transport: transport, createdAt: now,
      cost: cost(of: type, condition, client: call.client),
      status: method == "webhook" ? "webhook_callback_verification_pending" : "enabled")
    guard isAuthorized(subscription) else { throw HelixFailure(403, "subscription missing proper authorization") }
    try checkLimits(subscription)
    add(subscription)
    return listing(["data": [subscription.json]], for: call)
  }

  private func condition(_ json: JSON?, of type: SubscriptionType) throws(HelixFailure) -> [String: String] {
    guard let json, json.isObject else { throw .missing("condition") }
    var condition: [String: String] = [:]
    for key in type.required + type.optional {
      guard let value = json[key]?.string, !value.isEmpty else {
        if type.optional.contains(key) { continue }
        throw HelixFailure(400, "missing or unparseable subscription condition")
      }
      if key.hasSuffix("user_id"), people[Identifier(value)] == nil {
        throw HelixFailure(400, "invalid subscription condition: no such user")
      }
      condition[key] = value
    }
    return condition
  }

  private func transport(
    _ json: JSON, _ method: String, _ call: HelixCall
  ) throws(HelixFailure) -> Subscription.Transport {
    switch method {
    case "conduit":
      guard let id = json["conduit_id"]?.string, !id.isEmpty else { throw .missing("conduit_id") }
      guard conduitStore[Identifier(id)]?.client == call.client else {
        throw HelixFailure(400, "the conduit does not exist")
      }
      return .conduit(Identifier(id))
    case "websocket":
      guard let id = json["session_id"]?.string, !id.isEmpty else { throw .missing("session_id") }
      guard let session = sessions[Identifier(id)], session.isConnected else {
        throw HelixFailure(400, "websocket transport session does not exist or has already disconnected")
      }
      return .webSocket(session.id, connectedAt: session.connectedAt)
    default:
      guard let callback = json["callback"]?.string else { throw .missing("callback") }
      guard let secret = json["secret"]?.string else { throw .missing("secret") }
      if let problem = Webhook.problem(callback: callback, secret: secret) { throw HelixFailure(400, problem) }
      return .webhook(callback: callback, secret: secret)
    }
  }

  private func checkLimits(_ new: Subscription) throws(HelixFailure) {
    let same = subscriptionStore.alive(like: new.type.name, new.condition, client: new.client)
    if let existing = same.first(where: { $0.transport.target == new.transport.target }) {
      throw HelixFailure(
        409, "subscription already exists", extra: behavior.conflictNamesExisting ? ["id": JSON(existing.id)] : [:])
    }
    guard same.count < 3 else {
      throw HelixFailure(429, "maximum subscriptions with type and condition exceeded")
    }
    let maximum = new.user == nil ? behavior.maximumCost : 10
    if new.cost > 0, subscriptionStore.sum(of: new.owner).cost + new.cost > maximum {
      throw HelixFailure(429, "cost exceeded")
    }
    if new.user != nil { try checkSessionLimits(new) }
  }

  /// What a user token may have: three connections, 300 subscriptions each, 100 channels where it is a plain chatter.
  private func checkSessionLimits(_ new: Subscription) throws(HelixFailure) {
    let others = subscriptionStore.all.filter { $0.isAlive && $0.owner == new.owner }
    let perSession = Dictionary(grouping: others, by: \.transport.target)
    let mine = perSession[new.transport.target]?.count ?? 0
    guard mine > 0 || perSession.count < 3 else {
      throw HelixFailure(429, "number of websocket transports limit exceeded")
    }
    guard mine < 300 else { throw HelixFailure(429, "number of subscriptions limit exceeded") }
    guard new.type.name == "channel.chat.message", !isModerated(new) else { return }
    let joined = others.filter { $0.type.name == new.type.name && !isModerated($0) }
    guard joined.count < 100 else { throw HelixFailure(403, "subscription missing proper authorization") }
  }

  private func isModerated(_ subscription: Subscription) -> Bool {
    guard let broadcaster = subscription.broadcaster, let reader = subscription.reader else { return false }
    return people.channels[broadcaster]?.moderates(reader) == true
  }

  private func add(_ subscription: Subscription) {
    subscriptionStore.insert(subscription)
    if case .webSocket(let id, _) = subscription.transport { sessions[id]?.isUsed = true }
    record(
      "subscription.created",
      ["subscription": subscription.id.rawValue, "type": subscription.type.name, "status": subscription.status])
    if case .webhook(let callback, let secret) = subscription.transport {
      verify(subscription, callback: callback, secret: secret)
    }
  }
}
