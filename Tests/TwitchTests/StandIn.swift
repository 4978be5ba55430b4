import Foundation
import HTTPTypes
import Logging
import TestSupport
import Testing
import WebSockets

@testable import Twitch

/// A Twitch for one test: answers as the test's script says, remembers what was asked, and has what asks it.
///
/// Both sides run on its loop, and the test's body too.
actor StandIn {
  /// Says what to answer; nil closes the connection without an answer.
  typealias Script = @Sendable (isolated StandIn, Request) async throws -> Response?

  private let loop: EventLoop
  private let script: Script
  private let client: HTTPClient
  private var server: Server?
  private var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

  /// What was asked so far.
  private(set) var requests: [Request] = []
  /// How often `arrive` was called.
  private(set) var arrivals = 0
  /// What a test wants to remember of what happened.
  private(set) var notes: [String] = []

  lazy var oauth = OAuth(application: application, endpoints: endpoints, client: client)
  lazy var appToken = AppToken(oauth: oauth)
  lazy var helix = Helix(
    endpoints: endpoints, clientID: application.clientID, client: client, appToken: appToken,
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let application = Application(clientID: "client", clientSecret: Secret("s=cr%t"))

  init(on loop: EventLoop, script: @escaping Script) {
    self.loop = loop
    self.script = script
    client = HTTPClient(on: loop)
  }

  var eventLoop: EventLoop { loop }

  /// Where this Twitch is.
  var endpoints: Endpoints {
    let base = "http://127.0.0.1:\(server?.port ?? 1)"
    return Endpoints(api: "\(base)/helix", auth: "\(base)/oauth2")
  }

  /// What asks another Twitch for tokens.
  func oauth(at endpoints: Endpoints) -> OAuth {
    OAuth(application: application, endpoints: endpoints, client: client)
  }

  func start() throws {
    var configuration = Server.Configuration()
    configuration.headerNames = [.clientID]
    server = try Server(
      configuration, on: loop,
      respond: { [weak self] request in await self?.respond(to: request) },
      upgrade: { _ in .refuse(Response(.notFound)) })
  }

  func stop() { server?.stop() }

  private func respond(to request: Request) async -> Response? {
    requests.append(request)
    do {
      return try await script(self, request)
    } catch {
      Issue.record(error)
      return Response(.internalServerError)
    }
  }

  /// Says that one more caller is about to call.
  func arrive() {
    arrivals += 1
    for waiter in waiters where waiter.count == arrivals { waiter.continuation.resume() }
    waiters.removeAll { $0.count == arrivals }
  }

  /// Remembers something; says how many things are remembered now.
  @discardableResult
  func note(_ text: String) -> Int {
    notes.append(text)
    return notes.count
  }

  /// Waits until so many callers have come.
  func untilArrivals(_ count: Int) async {
    guard arrivals < count else { return }
    await withCheckedContinuation { waiters.append((count, $0)) }
  }

  /// A keeper of an account's tokens, with the pair "old".
  func userToken(
    _ userID: TwitchUserID = "900112233", save: @escaping @Sendable (TokenPair) async throws -> Void = { _ in }
  ) -> UserToken {
    let pair = TokenPair(accessToken: Secret("old"), refreshToken: Secret("r%3D=&+ 1"), scopes: [.userBot])
    return UserToken(of: userID, pair: pair, oauth: oauth, save: save) { [weak self] state in
      self?.assumeIsolated { _ = $0.note("\(state)") }
    }
  }
}

/// Runs a test's body against a Twitch that answers by that script.
@discardableResult
func withTwitch<Value: Sendable>(
  answering script: @escaping StandIn.Script, _ body: @Sendable (isolated StandIn) async throws -> Value
) async throws -> Value {
  let loop = try EventLoop(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  let twitch = StandIn(on: loop, script: script)
  let result: Result<Value, any Error>
  do {
    try await twitch.start()
    result = .success(try await body(twitch))
  } catch {
    result = .failure(error)
  }
  await twitch.stop()
  await loop.stop()
  return try result.get()
}

/// Expects a call to throw that error, and makes it on the test's actor.
///
/// `#expect(throws:)` makes an asynchronous call somewhere else when its closure does not capture the actor itself.
func expect<Failure: Error & Equatable, Value>(
  throws expected: Failure, sourceLocation: SourceLocation = #_sourceLocation, _ call: () async throws -> Value
) async {
  do {
    _ = try await call()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch {
    #expect(error as? Failure == expected, sourceLocation: sourceLocation)
  }
}

extension Response {
  /// Answers with one of Twitch's samples.
  static func sample(_ name: String, status: HTTPResponse.Status = .ok, remaining: Int? = nil) throws -> Response {
    var response = Response.json(try Sample(name).data, status: status)
    if let remaining {
      response.headers[.rateLimitLimit] = "800"
      response.headers[.rateLimitRemaining] = String(remaining)
      response.headers[.rateLimitReset] = String(Int(Date.now.timeIntervalSince1970) + 60)
    }
    return response
  }

  /// Answers with a new access token, and for a user with a new refresh token.
  static func token(_ access: String, refresh: String? = nil, expiresIn: Int = 5_000_000) -> Response {
    let refresh = refresh.map { #","refresh_token":"\#($0)""# } ?? ""
    return .json(Data(#"{"access_token":"\#(access)","expires_in":\#(expiresIn)\#(refresh)}"#.utf8))
  }
}

extension Request {
  /// The body as a form.
  var form: [String: String] {
    let items = Query(form: String(decoding: body, as: UTF8.self)).items
    return Dictionary(items.map { ($0.name, $0.value) }, uniquingKeysWith: { "\($0),\($1)" })
  }

  /// The body as JSON.
  func json() throws -> JSON { try JSON(body) }

  /// What is asked for and how, in one line.
  var line: String { "\(method.rawValue) \(path)" }

  /// Whether a token is asked for.
  var isForToken: Bool { path == "/oauth2/token" }
}
