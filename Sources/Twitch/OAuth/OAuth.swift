import FoundationEssentials
import HTTPTypes
public import WebSockets

/// Twitch's login server: hands out tokens, replaces them, says whose they are, takes them back.
///
/// Each call is one request and keeps nothing; `AppToken` and `UserToken` hold on to what is handed out. Belongs to the actor
/// of its `HTTPClient`'s loop.
public final class OAuth {
  /// Whose tokens are asked for; another secret counts from the next call on.
  public var application: Application
  private let endpoints: Endpoints
  private let client: HTTPClient

  /// Asks for tokens of that application at `endpoints.auth`.
  public init(application: Application, endpoints: Endpoints, client: HTTPClient) {
    self.application = application
    self.endpoints = endpoints
    self.client = client
  }

  /// Gets a token for the application itself (client credentials grant).
  public func appToken() async throws(OAuthError) -> TokenPair {
    let answer = try await post(
      "token", [("client_id", clientID), ("client_secret", clientSecret), ("grant_type", "client_credentials")])
    return try tokenPair(in: answer)
  }

  /// Gets the pair that follows a spent one.
  ///
  /// `.refused` is final: the user must link the account again. Public clients' refresh tokens can be used once, so nobody
  /// else may refresh the same pair; `UserToken` sees to that.
  public func refresh(_ refreshToken: Secret) async throws(OAuthError) -> TokenPair {
    let answer = try await post(
      "token",
      [
        ("grant_type", "refresh_token"), ("refresh_token", refreshToken.reveal()),
        ("client_id", clientID), ("client_secret", clientSecret),
      ])
    var pair = try tokenPair(in: answer)
    pair.refreshToken = pair.refreshToken ?? refreshToken
    return pair
  }

  /// Asks whose token it is and what it may do; `.invalidToken` when it is not valid any more.
  ///
  /// Twitch wants this at start and every hour for each user token that is kept.
  public func validate(_ accessToken: Secret) async throws(OAuthError) -> Validation {
    let answer = try await send(.get, "validate", headers: [.authorization: "OAuth \(accessToken.reveal())"])
    if answer.status.code == 401 { throw .invalidToken }
    return try decode(ValidationAnswer.self, from: answer).validation
  }

  /// Takes a token back for ever. A token that is not valid any more counts as done.
  public func revoke(_ token: Secret) async throws(OAuthError) {
    let answer = try await post("revoke", [("client_id", clientID), ("token", token.reveal())])
    switch OAuthError(answer) {
    case nil, .refused(status: 400, _): return
    case let error?: throw error
    }
  }

  /// Takes back for ever what a user granted. When the access token has ended, that is done with the one that follows it: with one that is
  /// not valid Twitch takes nothing back, and the refresh token would go on working.
  public func revoke(_ pair: TokenPair) async throws(OAuthError) {
    do throws(OAuthError) {
      _ = try await validate(pair.accessToken)
      try await revoke(pair.accessToken)
    } catch .invalidToken {
      guard let refreshToken = pair.refreshToken else { return }
      do throws(OAuthError) {
        try await revoke(try await refresh(refreshToken).accessToken)
      } catch .refused {
        // There is nothing left to take back.
      }
    }
  }

  /// Starts a login on another screen (device code grant): show the person the address and the code, then poll.
  public func startDeviceCode(scopes: [Scope]) async throws(OAuthError) -> DeviceCode {
    let answer = try await post("device", [("client_id", clientID), ("scopes", joined(scopes))])
    return try decode(DeviceCodeAnswer.self, from: answer).deviceCode(scopes: scopes)
  }

  /// Asks once whether the person is done. Not sooner than `interval` after the last time.
  public func poll(_ code: DeviceCode) async throws(OAuthError) -> DeviceAnswer {
    let answer = try await post(
      "token",
      [
        ("client_id", clientID), ("scopes", joined(code.scopes)), ("device_code", code.deviceCode.reveal()),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
      ])
    return try DeviceAnswer(status: answer.status.code, body: answer.body, now: .now)
  }

  private var clientID: String { application.clientID.rawValue }
  private var clientSecret: String { application.clientSecret.reveal() }

  private func joined(_ scopes: [Scope]) -> String { scopes.map(\.rawValue).joined(separator: " ") }

  private func tokenPair(in answer: Response) throws(OAuthError) -> TokenPair {
    try decode(TokenAnswer.self, from: answer).pair(at: .now)
  }

  private func decode<Answer: Decodable>(_: Answer.Type, from answer: Response) throws(OAuthError) -> Answer {
    if let error = OAuthError(answer) { throw error }
    return try OAuthError.decoding(Answer.self, from: answer.body)
  }

  private func post(_ path: String, _ form: [(name: String, value: String)]) async throws(OAuthError) -> Response {
    try await send(
      .post, path, headers: [.contentType: "application/x-www-form-urlencoded"], body: Data(formEncoded(form).utf8))
  }

  private func send(
    _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields, body: Data? = nil
  ) async throws(OAuthError) -> Response {
    do throws(HTTPClientError) {
      return try await client.send(method, "\(endpoints.auth)/\(path)", headers: headers, body: body)
    } catch {
      throw OAuthError(error)
    }
  }
}
