import WebSockets

/// The shard endpoints, and what becomes of shards.
extension Simulator {
  func listShards(_ call: HelixCall) throws(HelixFailure) -> JSON {
    try call.requireAppToken()
    let conduit = try conduit(try call.required("conduit_id"), call)
    let status = call.query["status"]
    let rows = conduit.sortedShards.filter { status == nil || $0.status == status }
    let page = try call.page(rows, size: behavior.pageSize)
    return ["data": .array(page.rows.map(\.json)), "pagination": page.pagination]
  }

  /// What is wrong with one shard of a PATCH; the others are assigned all the same.
  private struct ShardError: Error {
    let message: String
    init(_ message: String) { self.message = message }
  }

  func updateShards(_ call: HelixCall) throws(HelixFailure) -> JSON {
    try call.requireAppToken()
    let id = try call.requiredText("conduit_id")
    guard let entries = call.body["shards"]?.array, !entries.isEmpty else { throw .missing("shards") }
    // A bad shape fails the whole call, and does not say where (twitchdev/issues#1200).
    let parsed = entries.compactMap { entry -> (name: String, transport: JSON)? in
      guard let name = entry["id"]?.string ?? entry["id"]?.int.map(String.init),
        let transport = entry["transport"], transport.isObject
      else { return nil }
      return (name, transport)
    }
    guard parsed.count == entries.count else { throw .missing("") }
    let conduit = try conduit(id, call)
    var (data, errors): ([JSON], [JSON]) = ([], [])
    for entry in parsed {
      do throws(ShardError) {
        data.append(try assign(entry.name, entry.transport, of: conduit))
      } catch {
        errors.append([
          "id": .string(entry.name), "message": .string(error.message), "code": "invalid_parameter",
        ])
      }
    }
    return ["data": .array(data), "errors": .array(errors)]
  }

  private func assign(_ name: String, _ transport: JSON, of conduit: Conduit) throws(ShardError) -> JSON {
    guard let number = Int(name), (0..<conduit.shardCount).contains(number) else {
      throw ShardError("The shard id is outside the conduit's range")
    }
    if faults.takeShardFailure(name) { throw ShardError("The shard could not be updated.") }
    switch transport["method"]?.string {
    case "websocket": return try assign(number, session: transport["session_id"]?.string, of: conduit)
    case "webhook":
      guard let callback = transport["callback"]?.string, !callback.isEmpty else {
        throw ShardError("The callback field is required if you specify the webhook transport method.")
      }
      let secret = transport["secret"]?.string ?? ""
      if let problem = Webhook.problem(callback: callback, secret: secret) { throw ShardError(problem) }
      return assign(number, callback: callback, secret: secret, of: conduit)
    default: throw ShardError("The value specified in the method field is not valid.")
    }
  }

  private func assign(_ number: Int, session id: String?, of conduit: Conduit) throws(ShardError) -> JSON {
    guard let id, !id.isEmpty else {
      throw ShardError("The session_id field is required if you specify the WebSocket transport method.")
    }
    guard let session = sessions[Identifier(id)], session.isConnected,
      session.client == nil || session.client == conduit.client
    else { throw ShardError("The websocket session is not connected.") }
    session.client = conduit.client
    session.isUsed = true
    let shard = Shard(
      number: number, status: "enabled",
      transport: .webSocket(session.id, connectedAt: session.connectedAt, disconnectedAt: nil))
    conduitStore[conduit.id]?.shards[number] = shard
    watchLifetime(of: conduit.id)
    record("shard.enabled", ["conduit": conduit.id.rawValue, "shard": String(number), "session": id])
    return shard.json
  }

  private func assign(_ number: Int, callback: String, secret: String, of conduit: Conduit) -> JSON {
    let shard = Shard(
      number: number, status: "webhook_callback_verification_pending",
      transport: .webhook(callback: callback, secret: secret))
    conduitStore[conduit.id]?.shards[number] = shard
    let challenge = mint.uuid()
    let body: JSON = [
      "challenge": .string(challenge),
      "conduit_shard": ["conduit_id": JSON(conduit.id), "shard": .string(String(number))],
    ]
    Task {
      let isProven = await self.proves(challenge, body, callback, secret, type: nil)
      let status = isProven ? "enabled" : "webhook_callback_verification_failed"
      conduitStore[conduit.id]?.shards[number]?.status = status
      watchLifetime(of: conduit.id)
      record(
        isProven ? "shard.enabled" : "shard.disabled",
        ["conduit": conduit.id.rawValue, "shard": String(number), "status": status])
    }
    return shard.json
  }

  /// Disables a shard while its socket stays open.
  public func disableShard(
    _ name: String, of id: Identifier<Conduit>? = nil, status: String = "websocket_internal_error"
  ) throws(SimulatorError) {
    let all = conduitStore.values.sorted { $0.number < $1.number }
    guard let conduit = all.first(where: { id == nil || $0.id == id }), let number = Int(name),
      conduit.shards[number] != nil
    else { throw .unknown(kind: "shard", name: name) }
    disableShard(number, of: conduit.id, status: status)
  }

  /// Disables a shard and says so to whoever subscribed to that.
  func disableShard(_ number: Int, of id: Identifier<Conduit>, status: String) {
    guard let conduit = conduitStore[id], var shard = conduit.shards[number], shard.isEnabled else { return }
    shard.status = status
    if case .webSocket(let session, let connectedAt, _) = shard.transport {
      shard.transport = .webSocket(session, connectedAt: connectedAt, disconnectedAt: deadlines.wall)
    }
    conduitStore[id]?.shards[number] = shard
    watchLifetime(of: id)
    record("shard.disabled", ["conduit": id.rawValue, "shard": String(number), "status": status])
    publish(
      "conduit.shard.disabled", client: conduit.client, conduit: id,
      [
        "conduit_id": JSON(id), "shard_id": .string(String(number)), "status": .string(status),
        "transport": shard.transportJSON,
      ])
  }

  /// Disables whatever pointed to a session.
  func disableShards(of session: Identifier<Session>, status: String) {
    for conduit in conduitStore.values.sorted(by: { $0.number < $1.number }) {
      for shard in conduit.sortedShards where conduit.isBound(shard.number, to: session) {
        disableShard(shard.number, of: conduit.id, status: status)
      }
    }
  }

  /// The shards that point to a session, as `conduit/shard`.
  func shardNames(of session: Identifier<Session>) -> [String] {
    conduitStore.values.sorted { $0.number < $1.number }.flatMap { conduit in
      conduit.sortedShards.filter { conduit.isBound($0.number, to: session) }.map { "\(conduit.id)/\($0.number)" }
    }
  }
}
