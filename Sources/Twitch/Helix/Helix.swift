import FoundationEssentials
import HTTPTypes
public import Logging
public import WebSockets

/// Twitch's HTTP API.
///
/// Each call is one request, or as many as its pages and batches need. A token that Twitch refuses is replaced and the request
/// repeated, once. Nothing else is repeated and nothing waits: when a bucket is empty, calls throw `.rateLimited` without
/// leaving until it is full again (but for assignments of shards), and who has much to do asks `rateLimit(of:)` first. Belongs to
/// the actor of its `HTTPClient`'s loop.
public final class Helix {
  /// Whose token a call is made with.
  public enum Token {
    /// The application's own: conduits and their subscriptions need it.
    case app
    /// That user's.
    case user(UserToken)
  }

  private let endpoints: Endpoints
  private let clientID: ClientID
  private let client: HTTPClient
  /// For what is about the conduit: it never waits for a connection behind other calls, which may be slow.
  private let conduitClient: HTTPClient
  private let appToken: AppToken
  private let logger: Logger
  private var rateLimits = RateLimits()
  /// Of which endpoints it was told that their lists have something that is no item.
  private var oddLists: Set<String> = []
  /// The token that was told to be refused: many calls may be made with it.
  private var refused: Secret?
  /// When the application's token was last replaced though the words of the refusal were about something else.
  private var doubtedAt: ContinuousClock.Instant?
  /// How long until that may be done again.
  private static let doubtPause: Duration = .seconds(60)
  /// How many seconds Twitch's clock is ahead of ours, as its last answer said; `nil` before the first one.
  public private(set) var clockOffset: Double?
  /// How many calls in a row came to nothing because Twitch could not be reached, did not answer, or failed.
  public private(set) var failuresInARow = 0

  /// Told how each request ended, for the metrics: method, path without what is asked for, and the status or what came instead.
  public var onAnswer: (_ method: String, _ path: String, _ status: String) -> Void = { _, _, _ in }

  /// Calls the API at `endpoints.api` for that application.
  public init(endpoints: Endpoints, clientID: ClientID, client: HTTPClient, appToken: AppToken, logger: Logger) {
    self.endpoints = endpoints
    self.clientID = clientID
    self.client = client
    conduitClient = client.sibling()
    self.appToken = appToken
    self.logger = logger
  }

  /// What is left in a bucket, requests under way counted as done; nil as long as Twitch has said nothing about it.
  public func rateLimit(of bucket: Bucket) -> RateLimit? {
    rateLimits.limit(of: bucket, at: .now)
  }

  /// The one way to Helix: every endpoint goes through here.
  func send(_ call: HelixCall, as token: Token = .app) async throws(HelixError) -> Data {
    let secret = try await current(token)
    do throws(HelixError) {
      return try await exchange(call, token, secret)
    } catch .unauthorized(let message) where mayHelp(token, insteadOf: secret, message) {
      if refused != secret { logger.info("Twitch refused a token, replacing it", metadata: ["path": "\(call.path)"]) }
      refused = secret
      return try await exchange(call, token, try await replacement(of: secret, token))
    }
  }

  /// Whether another token may help where this one was refused.
  ///
  /// Of the application's own that may be so whatever the words are, which are unstable prose (FACTS 2): without it nothing works until
  /// somebody starts the program again. But some refusals are about what was asked for, and another token for each of those would be too many.
  private func mayHelp(_ token: Token, insteadOf secret: Secret, _ message: String) -> Bool {
    if HelixError.isAboutTheToken(message) { return true }
    guard case .app = token else { return false }
    // Another call has replaced it already.
    guard appToken.holds(secret) else { return true }
    if let doubtedAt, .now - doubtedAt < Self.doubtPause { return false }
    doubtedAt = .now
    return true
  }

  /// Sends the call and decodes the one object it answers with.
  func send<Answer: Decodable>(
    _ call: HelixCall, as token: Token = .app, for _: Answer.Type
  ) async throws(HelixError) -> Answer {
    try HelixError.decoding(Answer.self, from: try await send(call, as: token))
  }

  /// Some of a list made no sense and was left out: told once for each endpoint.
  func noteSkipped(_ count: Int, of path: String) {
    guard count > 0, oddLists.insert(path).inserted else { return }
    logger.debug("skipped what makes no sense in a list", metadata: ["path": "\(path)", "count": "\(count)"])
  }

  private func exchange(_ call: HelixCall, _ token: Token, _ secret: Secret) async throws(HelixError) -> Data {
    let bucket = call.bucket(of: token)
    try rateLimits.begin(bucket, mayOverdraw: call.isAssignment, at: .now)
    var limit: RateLimit?
    defer { rateLimits.end(bucket, limit) }
    let answer = try await request(call, secret)
    let now = ContinuousClock.now
    let date = answer.headers[.date].flatMap { Timestamp(http: $0) }?.date
    if let date { clockOffset = date.timeIntervalSinceNow }
    limit = RateLimit(answer.headers, at: now, date: date ?? .now)
    if let error = HelixError(status: answer.status.code, body: answer.body, limit: limit, at: now) { throw error }
    return answer.body
  }

  private func request(_ call: HelixCall, _ secret: Secret) async throws(HelixError) -> Response {
    var headers: HTTPFields = [.authorization: "Bearer \(secret.reveal())", .clientID: clientID.rawValue]
    if call.body != nil { headers[.contentType] = "application/json" }
    do throws(HTTPClientError) {
      let answer = try await (call.isAboutConduit ? conduitClient : client).send(
        call.method, call.url(below: endpoints.api), headers: headers, body: call.body, timeout: call.timeout)
      failuresInARow = answer.status.kind == .serverError ? failuresInARow + 1 : 0
      onAnswer(call.method.rawValue, call.path, "\(answer.status.code)")
      return answer
    } catch {
      failuresInARow += 1
      let error = HelixError(error)
      onAnswer(call.method.rawValue, call.path, error.isOutcomeUnknown ? "unanswered" : "unreachable")
      throw error
    }
  }

  private func current(_ token: Token) async throws(HelixError) -> Secret {
    do throws(OAuthError) {
      switch token {
      case .app: return try await appToken.current()
      case .user(let keeper): return try keeper.current()
      }
    } catch {
      throw .noToken(error)
    }
  }

  private func replacement(of refused: Secret, _ token: Token) async throws(HelixError) -> Secret {
    do throws(OAuthError) {
      switch token {
      case .app:
        appToken.drop(refused)
        return try await appToken.current()
      case .user(let keeper):
        return try await keeper.refresh(insteadOf: refused)
      }
    } catch {
      throw .noToken(error)
    }
  }
}
