import HTTPTypes
import WebSockets

/// `POST /oauth2/token` in its four grants, and `POST /oauth2/device`.
extension Simulator {
  /// The fields of a call to the authorization server: the form, and the query for clients that put them there.
  struct Form {
    private let body: Query
    private let query: Query

    init(_ request: Request) {
      body = Query(form: String(decoding: request.body, as: UTF8.self))
      query = request.query
    }

    subscript(name: String) -> String? { body[name] ?? query[name] }
  }

  func token(_ form: Form) throws(OAuthFailure) -> JSON {
    switch form["grant_type"] {
    case "client_credentials": try clientCredentials(form)
    case "authorization_code": try authorizationCode(form)
    case "refresh_token": try refresh(form)
    case "urn:ietf:params:oauth:grant-type:device_code": try deviceToken(form)
    case nil: throw OAuthFailure(400, "missing grant type")
    default: throw OAuthFailure(400, "invalid grant type")
    }
  }

  private func client(_ form: Form) throws(OAuthFailure) -> Client {
    guard let id = form["client_id"] else { throw OAuthFailure(400, "missing client id") }
    guard let client = clients[Identifier(id)] else { throw .invalidClient }
    return client
  }

  /// The client of a call that must prove itself; public clients have nothing to prove it with.
  private func confidentialClient(_ form: Form) throws(OAuthFailure) -> Client {
    let client = try client(form)
    guard let secret = client.secret else { return client }
    guard let given = form["client_secret"] else { throw OAuthFailure(400, "missing client secret") }
    guard given == secret else { throw .invalidSecret }
    return client
  }

  private func clientCredentials(_ form: Form) throws(OAuthFailure) -> JSON {
    let client = try confidentialClient(form)
    guard client.secret != nil else { throw .invalidSecret }
    let lifetime = behavior.appTokenSeconds
    let token = tokens.addAppToken(for: client.id, expires: deadlines.now + lifetime, mint: &mint)
    counts.appTokens += 1
    record("token.app", ["client_id": client.id.rawValue])
    return ["access_token": .string(token), "expires_in": .int(Int(lifetime)), "token_type": "bearer"]
  }

  private func authorizationCode(_ form: Form) throws(OAuthFailure) -> JSON {
    let client = try confidentialClient(form)
    guard let code = form["code"], let found = codes[code], found.client == client.id, found.expires > deadlines.now
    else { throw OAuthFailure(400, "Invalid authorization code") }
    guard form["redirect_uri"] == found.redirect else {
      throw OAuthFailure(400, "Parameter redirect_uri does not match registered URI")
    }
    codes[code] = nil
    return answer(addPair(for: found.user, client: client, scopes: found.scopes))
  }

  private func refresh(_ form: Form) throws(OAuthFailure) -> JSON {
    let client = try confidentialClient(form)
    guard let token = form["refresh_token"], !token.isEmpty else { throw OAuthFailure(400, "missing refresh token") }
    let now = deadlines.now
    guard let found = tokens.refreshable(token, by: client.id, at: now) else {
      throw OAuthFailure(400, "Invalid refresh token")
    }
    counts.refreshes += 1
    record("token.refreshed", ["user": people[found.user]?.login ?? ""])
    if found.isSingleUse || behavior.rotatesRefreshTokens {
      tokens.removeRefresh(token)
      return answer(addPair(for: found.user, client: client, scopes: found.scopes))
    }
    let lifetime = behavior.userTokenSeconds
    let access = tokens.addAccess(with: token, expires: now + lifetime, mint: &mint) ?? ""
    return answer(
      TokenPair(accessToken: access, refreshToken: token, expiresIn: Int(lifetime), scope: found.scopes))
  }

  /// Makes a pair for somebody and tells `user.authorization.grant`.
  func addPair(for user: Identifier<User>, client: Client, scopes: [String]) -> TokenPair {
    let isNew = tokens.scopes(of: user, for: client.id) == nil
    let lifetime = behavior.userTokenSeconds
    let pair = tokens.addPair(
      for: user, client: client, scopes: scopes, now: deadlines.now, lifetime: lifetime, mint: &mint)
    if isNew { publishAuthorization("user.authorization.grant", user: user, client: client.id) }
    return TokenPair(
      accessToken: pair.access, refreshToken: pair.refresh, expiresIn: Int(lifetime), scope: scopes)
  }

  /// The answer with a pair; without scopes the key is missing (twitchdev/issues#1037).
  private func answer(_ pair: TokenPair) -> JSON {
    var answer: JSON = ["access_token": JSON(pair.accessToken), "expires_in": JSON(pair.expiresIn)]
    answer = answer.adding(["refresh_token": JSON(pair.refreshToken)])
    if !pair.scope.isEmpty { answer = answer.adding(["scope": JSON(pair.scope)]) }
    return answer.adding(["token_type": "bearer"])
  }

  func startDevice(_ form: Form) throws(OAuthFailure) -> JSON {
    let client = try client(form)
    let scopes = Simulator.words(form["scopes"] ?? form["scope"] ?? "")
    let code = mint.alphanumerics(40)
    let userCode = mint.userCode()
    devices[code] = Device(
      client: client.id, userCode: userCode, scopes: scopes, expires: deadlines.now + 1_800, state: .pending)
    record("device.started", ["user_code": userCode])
    return [
      "device_code": .string(code), "expires_in": 1_800, "interval": .int(behavior.deviceInterval),
      "user_code": .string(userCode),
      "verification_uri": .string("\(origin)/activate?public=true&device-code=\(userCode)"),
    ]
  }

  private func deviceToken(_ form: Form) throws(OAuthFailure) -> JSON {
    let client = try client(form)
    let now = deadlines.now
    guard let code = form["device_code"], let device = devices[code], device.client == client.id, device.expires > now
    else { throw OAuthFailure(400, "invalid device code") }
    defer { devices[code]?.lastPoll = now }
    switch device.state {
    case .approved(let user):
      devices[code] = nil
      return answer(addPair(for: user, client: client, scopes: device.scopes))
    case .denied: throw OAuthFailure(400, "invalid device code")
    case .pending:
      let isFast = device.lastPoll.map { now - $0 < Double(behavior.deviceInterval) - 0.5 } ?? false
      throw OAuthFailure(400, isFast && behavior.sendsSlowDown ? "slow_down" : "authorization_pending")
    }
  }

  /// Words between spaces.
  static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
