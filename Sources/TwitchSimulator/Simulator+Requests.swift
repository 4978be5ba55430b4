import FoundationEssentials
import HTTPTypes
import WebSockets

/// Which part of the simulated Twitch a request is for, and the faults that hit it first.
extension Simulator {
  func respond(to request: Request) async -> Response? {
    switch request.path.split(separator: "/").first {
    case "helix", "oauth2": return await answerCall(request)
    case "activate": return activatePage(request)
    case "control": return await control(request)
    case "emoticons", "badges", "pictures", "cheermotes": return pictures.response(request.path)
    case nil: return .json(addresses.data)
    default: return HelixFailure.notFound.response
    }
  }

  private func answerCall(_ request: Request) async -> Response? {
    let fault = faults.takeCall(request.method.rawValue, request.path)
    if fault != nil { record("fault.call", ["method": request.method.rawValue, "path": request.path]) }
    if let delay = fault?.delay { try? await loop.sleep(for: .seconds(delay)) }
    let response: Response?
    switch fault?.effectiveOutcome {
    case nil, .pass: response = await carryOut(request)
    case .answer: response = fault?.response
    case .drop: response = nil
    case .hang:
      try? await loop.sleep(for: .seconds(600))
      response = nil
    case .lose:
      _ = await carryOut(request)
      response = nil
    }
    note(request, response)
    return response.map(dated)
  }

  /// The simulated Twitch has a clock of its own.
  private func dated(_ response: Response) -> Response {
    var response = response
    response.headers[.date] = HTTPDate.text(unixSeconds: deadlines.wall.unixSeconds)
    return response
  }

  private func carryOut(_ request: Request) async -> Response {
    request.path.hasPrefix("/oauth2") ? oauth(request) : await helix(request)
  }

  private func note(_ request: Request, _ response: Response?) {
    counts.calls += 1
    let status = response.map { String($0.status.code) } ?? "none"
    counts.callsByKind["\(request.method.rawValue) \(request.path) \(status)", default: 0] += 1
    record("call", ["method": request.method.rawValue, "path": request.path, "status": status])
  }

  /// Where everything is.
  var addresses: JSON {
    [
      "api": .string(apiURL), "auth": .string(authURL), "event_sub": .string(eventSubURL),
      "activate": .string(origin + "/activate"), "control": .string(origin + "/control"),
      "emote_template": .string(emoteTemplate),
    ]
  }
}
