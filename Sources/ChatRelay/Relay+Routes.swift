import HTTPTypes
import Twitch
import WebSockets

/// Plain HTTP: the pages, the probes, and Twitch's deliveries to webhook shards.
extension Relay {
  func respond(to request: Request) async -> Response? {
    if request.path == "/metrics" { return await metricsResponse(to: request) }
    if request.path == "/healthz" { return probe(request, .text("ok\n")) }
    if request.path == "/readyz" { return probe(request, readiness()) }
    if Self.streamID(inPath: request.path) != nil {
      return Response(.upgradeRequired, headers: [.upgrade: "websocket", .connection: "Upgrade"])
    }
    if configuration.webhookShards > 0, request.path.hasPrefix(Configuration.callbackPath) {
      guard request.method == .post else { return Response(.methodNotAllowed, headers: [.allow: "POST"]) }
      // Twitch delivers it again.
      guard stage != .closed else { return Self.comeBackLater }
      return pool.respond(to: request)
    }
    return files.response(to: request) ?? .text("There is nothing here.\n", status: .notFound)
  }

  private func probe(_ request: Request, _ response: Response) -> Response {
    if let refusal = request.refusalUnlessRead { return refusal }
    var response = response
    response.headers[.cacheControl] = "no-store"
    return response
  }

  /// Says what is still missing, one reason on a line.
  private func readiness() -> Response {
    if isReady { return .text("ready\n") }
    var reasons: [String] = isStopping ? ["the gateway stops"] : []
    let status = pool.status
    if status.conduit == nil { reasons.append("no conduit yet") }
    reasons += status.shards.filter { $0.state != .ready }.map { "shard \($0.id): \($0.state.rawValue)" }
    if reasons.isEmpty { reasons.append("no shard is ready yet") }
    return .text(reasons.joined(separator: "\n") + "\n", status: .serviceUnavailable)
  }
}

extension Request {
  /// The answer to a request that wants more than to read what can only be read; `nil` for `GET` and `HEAD`.
  var refusalUnlessRead: Response? {
    [.get, .head].contains(method) ? nil : Response(.methodNotAllowed, headers: [.allow: "GET, HEAD"])
  }
}
