import Foundation
import Testing

@testable import Twitch

@Suite struct HelixErrorTests {
  private static let now = ContinuousClock.now
  private static let full = RateLimit(limit: 800, remaining: 799, resetsAt: now + .seconds(1))
  private static let empty = RateLimit(limit: 800, remaining: 0, resetsAt: now + .seconds(60))

  private func error(_ status: Int, _ body: Data, _ limit: RateLimit? = full) -> HelixError? {
    HelixError(status: status, body: body, limit: limit, at: Self.now)
  }

  @Test(arguments: [
    (
      "helix_error_400_missing_parameter", 400,
      HelixError.badRequest(message: #"Missing required parameter "broadcaster_id""#)
    ),
    ("helix_conduit_shards_patch_400_malformed", 400, .badRequest(message: #"Missing required parameter """#)),
    ("helix_conduit_create_400_shard_count", 400, .badRequest(message: "invalid shard count")),
    (
      "helix_chat_send_400_reply_invalid", 400,
      .badRequest(message: "The request's input was not valid. Message cannot be replied to.")
    ),
    ("helix_chat_send_422_too_large", 422, .badRequest(message: "The message is too large.")),
    ("helix_error_401_invalid_token", 401, .unauthorized(message: "Invalid OAuth token")),
    ("helix_chat_send_401_missing_scope", 401, .unauthorized(message: "Missing user:write:chat scope")),
    (
      "helix_subscription_403_missing_authorization", 403,
      .forbidden(message: "subscription missing proper authorization")
    ),
    ("helix_conduit_404", 404, .notFound(message: "not found")),
    ("helix_subscription_delete_404", 404, .notFound(message: "subscription not found")),
    ("helix_subscription_409_exists", 409, .conflict(existing: "f2f9a53f-9544-4f04-aa87-aa2db35ada7d")),
    ("helix_conduit_create_429_limit", 429, .tooMany(message: "conduit limit reached")),
    ("helix_subscription_429_cost_exceeded", 429, .tooMany(message: "cost exceeded")),
    (
      "helix_subscription_429_same_type_condition", 429,
      .tooMany(message: "maximum subscriptions with type and condition exceeded")
    ),
    (
      "helix_subscription_429_websocket_transports", 429,
      .tooMany(message: "number of websocket transports limit exceeded")
    ),
    ("helix_error_500", 500, .server(status: 500)),
  ])
  func saysWhatTheCallerCanDo(_ sample: String, status: Int, expected: HelixError) throws {
    #expect(error(status, try Sample(sample).data) == expected)
  }

  @Test(arguments: ["", "<html>oops</html>", "[]", #"{"data":null}"#, #"{"message":null,"error":{}}"#])
  func needsNoBody(_ body: String) {
    let body = Data(body.utf8)
    #expect(error(503, body) == .server(status: 503))
    #expect(error(404, body) == .notFound(message: ""))
    #expect(error(409, body) == .conflict(existing: nil))
    #expect(error(204, body) == nil)
  }

  @Test func aConflictsIdMayBeInItsData() {
    #expect(error(409, Data(#"{"data":[{"id":"7"}]}"#.utf8)) == .conflict(existing: "7"))
  }

  @Test func anEmptyBucketNamesTheTime() throws {
    let body = try Sample("helix_error_429").data
    #expect(error(429, body, Self.empty) == .rateLimited(until: Self.empty.resetsAt))
  }

  @Test func aTimeThatIsPastIsASecondAway() throws {
    let past = RateLimit(limit: 800, remaining: 0, resetsAt: Self.now)
    #expect(error(429, Data(), past) == .rateLimited(until: Self.now + .seconds(1)))
  }

  @Test(arguments: [
    "", #"{"error":"Too Many Requests","status":429}"#,
    #"{"error":"Too Many Requests","status":429,"message":"Request limit exceeded"}"#,
  ])
  func wordsAboutTheBucketCountThoughPointsAreLeft(_ body: String) {
    #expect(error(429, Data(body.utf8)) == .rateLimited(until: Self.now + .seconds(1)))
  }

  @Test func withoutHeadersTheWordsDecide() throws {
    let next = HelixError.rateLimited(until: Self.now + .seconds(1))
    #expect(error(429, try Sample("helix_error_429").data, nil) == next)
    #expect(error(429, Data(), nil) == next)
    let limit = try Sample("helix_conduit_create_429_limit").data
    #expect(error(429, limit, nil) == .tooMany(message: "conduit limit reached"))
  }

  @Test(arguments: [
    ("helix_error_401_invalid_token", true),
    ("helix_subscription_401_invalid_token", true),
    ("helix_error_401_missing_token", true),
    ("helix_error_401_client_id_mismatch", false),
    ("helix_conduit_401_user_token", false),
    ("helix_chat_send_401_missing_scope", false),
    ("helix_chat_send_401_broadcaster_scope", false),
    ("helix_chat_send_401_sender_scopes", false),
  ])
  func onlyARefusedTokenIsReplaced(_ sample: String, isAboutTheToken: Bool) throws {
    let message = ErrorBody(try Sample(sample).data).message
    #expect(HelixError.isAboutTheToken(message) == isAboutTheToken)
  }

  @Test(arguments: ["", #"{"error":"Unauthorized","status":401}"#, #"{"message":"Unauthorized"}"#])
  func aRefusalWithoutAReasonIsAboutTheToken(_ body: String) {
    #expect(HelixError.isAboutTheToken(ErrorBody(Data(body.utf8)).message))
  }

  @Test(arguments: [
    (HelixError.unreachable(""), false), (.rateLimited(until: now), false), (.badRequest(message: ""), false),
    (.unanswered(""), true), (.server(status: 500), true), (.unreadable(""), true),
  ])
  func saysWhetherItMayHaveHappened(_ error: HelixError, isOutcomeUnknown: Bool) {
    #expect(error.isOutcomeUnknown == isOutcomeUnknown)
  }
}
