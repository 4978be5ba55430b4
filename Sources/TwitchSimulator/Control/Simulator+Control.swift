import FoundationEssentials
import HTTPTypes
import WebSockets

/// The control API: what the Swift methods do, as JSON over HTTP. One function for each family of paths.
extension Simulator {
  func control(_ request: Request) async -> Response {
    let call = ControlCall(request)
    do throws(SimulatorError) {
      return switch call.path.first {
      case nil: .json(controlIndex.data)
      case "users": try controlUsers(call)
      case "channels": try controlChannels(call)
      case "shared-chat": try controlSharedChat(call)
      case "devices": try controlDevices(call)
      case "tokens": try controlTokens(call)
      case "sockets": try controlSockets(call)
      case "conduits": try controlConduits(call)
      case "subscriptions": try controlSubscriptions(call)
      case "webhooks": try await controlWebhooks(call)
      case "faults": try controlFaults(call)
      case "behavior": try controlBehavior(call)
      case "clock": try controlClock(call)
      case "sent": ControlCall.answer(sentMessages())
      case "held": try controlHeld(call)
      case "counters": ControlCall.answer(counters())
      case "deliveries": ControlCall.answer(deliveries(after: call.number("after") ?? 0))
      case "events": await controlEvents(call)
      case "wait": try await controlWait(call)
      default: throw .unknown(kind: "control call", name: request.path)
      }
    } catch {
      let status: HTTPResponse.Status =
        switch error {
        case .unknown: .notFound
        case .invalid: .badRequest
        case .timedOut: .requestTimeout
        }
      let body: JSON = ["error": .string(String(describing: error))]
      return .json(body.data, status: status)
    }
  }

  private var controlIndex: JSON {
    let rows = clients.values.sorted { $0.id.rawValue < $1.id.rawValue }.map { client -> JSON in
      ["client_id": JSON(client.id), "client_secret": JSON(client.secret)]
    }
    return addresses.adding(["clients": .array(rows)])
  }

  private func controlUsers(_ call: ControlCall) throws(SimulatorError) -> Response {
    struct Grant: Decodable {
      var scopes: [String]
      var clientId: Identifier<Client>?
    }
    struct Expiry: Decodable { var refreshToo: Bool? }
    struct Application: Decodable { var clientId: Identifier<Client>? }
    let path = call.path.dropFirst()
    switch (call.request.method, path.first, path.dropFirst().first) {
    case (.get, nil, _): return ControlCall.answer(users())
    case (.post, nil, _): return ControlCall.answer(try addUser(call.body()))
    case (.get, let name?, nil): return ControlCall.answer(try people.find(name))
    case (.delete, let name?, nil): try removeUser(name)
    case (.post, let name?, "grant"):
      let grant: Grant = try call.body()
      return ControlCall.answer(try self.grant(grant.scopes, by: name, client: grant.clientId))
    case (.post, let name?, "revoke"):
      try revokeAuthorization(of: name, client: call.body(as: Application.self).clientId)
    case (.post, let name?, "expire"):
      try expireTokens(of: name, refreshToo: call.body(as: Expiry.self).refreshToo ?? false)
    default: throw .unknown(kind: "control call", name: call.request.path)
    }
    return ControlCall.done
  }

  private func controlChannels(_ call: ControlCall) throws(SimulatorError) -> Response {
    let path = call.path.dropFirst()
    guard let name = path.first, let verb = path.dropFirst().first else {
      throw .invalid("say /control/channels/LOGIN/VERB")
    }
    switch (call.request.method, verb) {
    case (.post, "live"): try goLive(name, call.body())
    case (.post, "offline"): try goOffline(name)
    case (.post, "update"): try updateChannel(name, call.body())
    case (.post, "settings"): try setChatSettings(name, call.body())
    case (.get, "messages"): return ControlCall.answer(try messages(in: name))
    case (.post, "say"): return ControlCall.answer(try say(call.body(), in: name))
    case (.post, "notice"): return ControlCall.answer(["message_id": try notify(call.body(), in: name)])
    default: return try controlModeration(call, name, verb)
    }
    return ControlCall.done
  }

  private func controlModeration(_ call: ControlCall, _ name: String, _ verb: String) throws(SimulatorError) -> Response
  {
    struct Target: Decodable {
      var user: String
      var seconds: Double?
      var role: Role?
      var months: Int?
    }
    struct Clearing: Decodable { var user: String? }
    struct Deletion: Decodable { var messageId: Identifier<Message> }
    struct Talking: Decodable {
      var perMinute: Double?
      var seed: UInt64?
    }
    switch (call.request.method, verb) {
    case (.post, "role"):
      let target: Target = try call.body()
      try setRole(target.role ?? .none, of: target.user, in: name, months: target.months ?? 1)
    case (.post, "ban"):
      let target: Target = try call.body()
      try ban(target.user, in: name, seconds: target.seconds)
    case (.post, "unban"): try unban(call.body(as: Target.self).user, in: name)
    case (.post, "delete"): try deleteMessage(call.body(as: Deletion.self).messageId, in: name)
    case (.post, "clear"): try clearChat(name, of: call.body(as: Clearing.self).user)
    case (.post, "talk"):
      let talking: Talking = try call.body()
      try startTalk(in: name, perMinute: talking.perMinute ?? 40, seed: talking.seed)
    case (.delete, "talk"): try stopTalk(in: name)
    default: throw .unknown(kind: "control call", name: call.request.path)
    }
    return ControlCall.done
  }

  private func controlSharedChat(_ call: ControlCall) throws(SimulatorError) -> Response {
    struct Session: Decodable { var channels: [String] }
    try shareChat(call.body(as: Session.self).channels)
    return ControlCall.done
  }
}
