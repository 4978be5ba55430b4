import FoundationEssentials
import HTTPTypes
import WebSockets

/// The control calls about faults, switches, time and waiting.
extension Simulator {
  func controlFaults(_ call: ControlCall) throws(SimulatorError) -> Response {
    struct ShardFailure: Decodable {
      var shard: String
      var times: Int?
    }
    struct Pending: Encodable {
      var calls: [CallFault]
      var deliveries: [DeliveryFault]
    }
    switch (call.request.method, call.path.dropFirst().first) {
    case (.get, nil):
      return ControlCall.answer(Pending(calls: faults.pendingCalls, deliveries: faults.pendingDeliveries))
    case (.delete, nil): removeFaults()
    case (.post, "calls"): add(try call.body(as: CallFault.self))
    case (.post, "deliveries"): add(try call.body(as: DeliveryFault.self))
    case (.post, "shards"):
      let failure: ShardFailure = try call.body()
      failShard(failure.shard, times: failure.times ?? 1)
    case (.post, "rate-limits"): drainRateLimits()
    default: throw .unknown(kind: "control call", name: call.request.path)
    }
    return ControlCall.done
  }

  /// `GET` shows the switches, `PATCH` changes those that it names.
  func controlBehavior(_ call: ControlCall) throws(SimulatorError) -> Response {
    guard call.request.method == .patch else { return ControlCall.answer(behavior) }
    guard case .object(let changes)? = JSON(call.request.body),
      case .object(var members)? = JSON(ControlCall.answer(behavior).body)
    else { throw .invalid("the body is no JSON object") }
    for change in changes.list {
      guard members[change.key] != nil else { throw .unknown(kind: "switch", name: change.key) }
      members[change.key] = change.value
    }
    var merged = call.request
    merged.body = JSON.object(members).data
    behavior = try ControlCall(merged).body()
    return ControlCall.answer(behavior)
  }

  func controlClock(_ call: ControlCall) throws(SimulatorError) -> Response {
    struct Move: Decodable {
      var advance: Double?
      var skew: Double?
      var stop: Bool?
    }
    if call.request.method == .post {
      let move: Move = try call.body()
      if move.stop == true { stopClock() }
      if let seconds = move.skew { skewClock(by: seconds) }
      if let seconds = move.advance { try advanceClock(by: seconds) }
    }
    return ControlCall.answer(["now": deadlines.now.timestamp, "told": deadlines.wall.timestamp])
  }

  func controlEvents(_ call: ControlCall) async -> Response {
    let kind = call.request.query["kind"]
    let sequence = call.number("after") ?? 0
    // A poll that ends without news is no error.
    return ControlCall.answer((try? await events(kind, after: sequence, within: call.timeout)) ?? [])
  }

  func controlWait(_ call: ControlCall) async throws(SimulatorError) -> Response {
    let expectation = Expectation(
      sockets: call.number("sockets"), shards: call.number("shards"), subscriptions: call.number("subscriptions"),
      conduits: call.number("conduits"), sent: call.number("sent"), devices: call.number("devices"),
      exactly: call.request.query["exactly"] == "true")
    try await wait(for: expectation, within: call.timeout)
    return ControlCall.done
  }
}
