import FoundationEssentials
import HTTPTypes
import WebSockets

/// What `id.twitch.tv` does: the routes below `/oauth2`.
extension Simulator {
  func oauth(_ request: Request) -> Response {
    do throws(OAuthFailure) {
      switch (request.method, request.path.dropFirst("/oauth2".count)) {
      case (.post, "/token"): return .json(try token(Form(request)).data)
      case (.post, "/device"): return .json(try startDevice(Form(request)).data)
      case (.get, "/validate"): return .json(try validate(request).data)
      case (.post, "/revoke"): return try revoke(Form(request))
      case (.get, "/authorize"): return authorizePage(request)
      case (.post, "/authorize"): return decideAuthorization(request)
      default: throw OAuthFailure(404, "not found")
      }
    } catch {
      return error.response
    }
  }

  private func validate(_ request: Request) throws(OAuthFailure) -> JSON {
    guard let header = request.headers[.authorization] else { throw OAuthFailure(401, "missing authorization token") }
    let value = Simulator.words(header).last ?? ""
    guard let token = tokens.valid(value, at: deadlines.now) else { throw OAuthFailure(401, "invalid access token") }
    let answer: JSON = ["client_id": JSON(token.client)]
    let remaining: JSON = .int(Int(token.expires - deadlines.now))
    guard let user = token.user.flatMap({ people[$0] }) else {
      return answer.adding(["scopes": nil, "expires_in": remaining])
    }
    return answer.adding([
      "login": JSON(user.login), "scopes": token.scopes.isEmpty ? nil : JSON(token.scopes), "user_id": JSON(user.id),
      "expires_in": remaining,
    ])
  }

  private func revoke(_ form: Form) throws(OAuthFailure) -> Response {
    guard let value = form["token"], !value.isEmpty else { throw OAuthFailure(400, "missing oauth token") }
    guard let client = clients[Identifier(form["client_id"] ?? "")] else {
      throw OAuthFailure(404, "client does not exist")
    }
    guard let token = tokens.revoke(value, client: client.id, at: deadlines.now) else {
      throw OAuthFailure(400, "Invalid token")
    }
    record("token.revoked", ["user": token.user.flatMap { people[$0]?.login } ?? ""])
    if let user = token.user, !tokens.hasPair(user, client.id) { disconnect(user, from: client.id) }
    return Response(.ok)
  }
}
