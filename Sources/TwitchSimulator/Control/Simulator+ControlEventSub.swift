import HTTPTypes
import WebSockets

/// The control calls about tokens, sockets, conduits, subscriptions and webhooks.
extension Simulator {
  func controlDevices(_ call: ControlCall) throws(SimulatorError) -> Response {
    struct Decision: Decodable {
      var user: String
      var approve: Bool?
    }
    guard call.request.method == .post else { return ControlCall.answer(pendingDevices()) }
    let decision: Decision = try call.body()
    try decideDevice(call.path.dropFirst().first ?? "", as: decision.user, approve: decision.approve ?? true)
    return ControlCall.done
  }

  func controlTokens(_ call: ControlCall) throws(SimulatorError) -> Response {
    guard call.request.method == .post, call.path.dropFirst().first == "expire" else {
      throw .unknown(kind: "control call", name: call.request.path)
    }
    try expireTokens(of: nil)
    return ControlCall.done
  }

  func controlSockets(_ call: ControlCall) throws(SimulatorError) -> Response {
    struct Drop: Decodable { var code: UInt16? }
    struct Reconnect: Decodable { var url: String? }
    struct Silence: Decodable { var silent: Bool? }
    struct Frame: Decodable { var text: String }
    let path = call.path.dropFirst()
    guard let which = path.first else { return ControlCall.answer(sockets()) }
    guard call.request.method == .post else { throw .unknown(kind: "control call", name: call.request.path) }
    switch path.dropFirst().first {
    case "drop": try dropSockets(which, code: call.body(as: Drop.self).code)
    case "reconnect": try requestReconnect(which, url: call.body(as: Reconnect.self).url)
    case "silence": try silence(which, call.body(as: Silence.self).silent ?? true)
    case "frame": try sendFrame(call.body(as: Frame.self).text, to: which)
    default: throw .unknown(kind: "control call", name: call.request.path)
    }
    return ControlCall.done
  }

  func controlConduits(_ call: ControlCall) throws(SimulatorError) -> Response {
    struct New: Decodable {
      var shardCount: Int?
      var clientId: Identifier<Client>?
    }
    struct Disabling: Decodable { var status: String? }
    let path = Array(call.path.dropFirst())
    let id = path.first.flatMap { $0 == "any" ? nil : Identifier<Conduit>($0) }
    switch (call.request.method, path.count) {
    case (.get, 0): return ControlCall.answer(conduits())
    case (.post, 0):
      let new: New = try call.body()
      return ControlCall.answer(["id": try addConduit(shardCount: new.shardCount ?? 1, client: new.clientId)])
    case (.delete, 1): try deleteConduit(id)
    case (.patch, 1):
      struct Size: Decodable { var shardCount: Int }
      try resizeConduit(id, to: call.body(as: Size.self).shardCount)
    case (.post, 4) where path[1] == "shards" && path[3] == "disable":
      let status = try call.body(as: Disabling.self).status
      try disableShard(path[2], of: id, status: status ?? "websocket_internal_error")
    default: throw .unknown(kind: "control call", name: call.request.path)
    }
    return ControlCall.done
  }

  func controlSubscriptions(_ call: ControlCall) throws(SimulatorError) -> Response {
    struct Revocation: Decodable {
      var type: String?
      var status: String
    }
    guard call.request.method == .post else { return ControlCall.answer(subscriptions()) }
    let revocation: Revocation = try call.body()
    revokeSubscriptions(type: revocation.type, status: revocation.status)
    return ControlCall.done
  }

  func controlWebhooks(_ call: ControlCall) async throws(SimulatorError) -> Response {
    struct Replay: Decodable {
      var ageSeconds: Double?
      var badSignature: Bool?
    }
    let replay: Replay = try call.body()
    let status = try await replayWebhook(
      ageSeconds: replay.ageSeconds ?? 0, badSignature: replay.badSignature ?? false)
    return ControlCall.answer(["status": status])
  }

  func controlHeld(_ call: ControlCall) throws(SimulatorError) -> Response {
    struct Decision: Decodable { var approve: Bool }
    guard call.request.method == .post else { return ControlCall.answer(held.keys.map(\.rawValue).sorted()) }
    let id = Identifier<Message>(call.path.dropFirst().first ?? "")
    try decideHeldMessage(id, approve: call.body(as: Decision.self).approve)
    return ControlCall.done
  }
}
