import Foundation
import HTTPTypes
import Testing
import WebSockets

@testable import Twitch

@Suite(.timeLimit(.minutes(1))) struct HelixWireTests {
  @Test func everyCallSaysWhoCalls() async throws {
    try await withTwitch { _, request in
      if request.isForToken { return .token("app") }
      return try .sample(request.path == "/helix/users" ? "helix_users" : "helix_conduits_get")
    } _: { twitch async throws in
      #expect(try await twitch.helix.conduits().count == 2)
      _ = try await twitch.helix.users(ids: ["1"], as: .user(twitch.userToken()))
      let calls = twitch.requests.filter { !$0.isForToken }
      #expect(calls.map(\.line) == ["GET /helix/eventsub/conduits", "GET /helix/users"])
      #expect(calls.map { $0.headers[.authorization] } == ["Bearer app", "Bearer old"])
      #expect(calls.map { $0.headers[.clientID] } == ["client", "client"])
    }
  }

  @Test func aRefusedTokenIsReplacedAndTheCallRepeated() async throws {
    try await withTwitch { twitch, request in
      if request.isForToken { return .token("token \(twitch.requests.count)") }
      return request.headers[.authorization] == "Bearer token 1"
        ? try .sample("helix_error_401_invalid_token", status: .unauthorized) : try .sample("helix_conduits_get")
    } _: { twitch async throws in
      #expect(try await twitch.helix.conduits().count == 2)
      #expect(
        twitch.requests.map(\.path) == [
          "/oauth2/token", "/helix/eventsub/conduits", "/oauth2/token", "/helix/eventsub/conduits",
        ])
    }
  }

  @Test func aBurstOfRefusedCallsMakesOneFetch() async throws {
    try await withTwitch { twitch, request in
      if request.isForToken {
        return .token(twitch.requests.filter(\.isForToken).count == 1 ? "spent" : "good")
      }
      return request.headers[.authorization] == "Bearer good"
        ? try .sample("helix_conduits_get") : try .sample("helix_error_401_invalid_token", status: .unauthorized)
    } _: { twitch async throws in
      let callers = (0..<50).map { _ in
        Task {
          _ = twitch; return try await twitch.helix.conduits().count
        }
      }
      for caller in callers { #expect(try await caller.value == 2) }
      #expect(twitch.requests.filter(\.isForToken).count == 2)
    }
  }

  @Test func aUsersRefusedTokenIsRefreshed() async throws {
    try await withTwitch { _, request in
      if request.isForToken { return .token("new", refresh: "r2") }
      return request.headers[.authorization] == "Bearer new"
        ? try .sample("helix_users") : try .sample("helix_error_401_invalid_token", status: .unauthorized)
    } _: { twitch async throws in
      let keeper = twitch.userToken()
      #expect(try await twitch.helix.users(ids: ["71092938"], as: .user(keeper)).count == 2)
      #expect(try keeper.current() == Secret("new"))
      #expect(twitch.requests.map(\.path) == ["/helix/users", "/oauth2/token", "/helix/users"])
    }
  }

  /// What Twitch says of an application's token that has ended is prose; without another one nothing would work any more.
  @Test func anApplicationsTokenIsReplacedWhateverTheWords() async throws {
    try await withTwitch { twitch, request in
      if request.isForToken { return .token("token \(twitch.requests.count)") }
      let words = #"{"status":401,"message":"The app access token is invalid or has expired"}"#
      return request.headers[.authorization] == "Bearer token 1"
        ? .json(Data(words.utf8), status: .unauthorized) : try .sample("helix_conduits_get")
    } _: { twitch async throws in
      #expect(try await twitch.helix.conduits().count == 2)
      #expect(twitch.requests.filter(\.isForToken).count == 2)
    }
  }

  @Test func butNotForEachRefusalThatIsAboutSomethingElse() async throws {
    try await withTwitch { twitch, request in
      if request.isForToken { return .token("token \(twitch.requests.count)") }
      return .json(
        Data(#"{"status":401,"message":"the user must have authorized the app"}"#.utf8), status: .unauthorized)
    } _: { twitch async throws in
      for _ in 0..<5 {
        await #expect(throws: HelixError.self) { try await twitch.helix.conduits() }
      }
      #expect(twitch.requests.filter(\.isForToken).count == 2)
    }
  }

  @Test func aTokenThatIsRefusedTwiceIsUnauthorized() async throws {
    try await withTwitch { _, request in
      request.isForToken ? .token("app") : Response(.unauthorized)
    } _: { twitch async throws in
      await #expect(throws: HelixError.unauthorized(message: "")) { try await twitch.helix.conduits() }
      #expect(twitch.requests.count == 4)
    }
  }

  @Test func aMissingScopeReplacesNoToken() async throws {
    try await withTwitch { _, _ in
      try .sample("helix_chat_send_401_missing_scope", status: .unauthorized)
    } _: { twitch async throws in
      let keeper = twitch.userToken()
      await #expect(throws: HelixError.unauthorized(message: "Missing user:write:chat scope")) {
        try await twitch.helix.sendChatMessage("hi", to: "1", from: "900112233", as: .user(keeper))
      }
      #expect(twitch.requests.count == 1)
    }
  }

  @Test func withoutATokenNothingIsSent() async throws {
    try await withTwitch { _, _ in
      try .sample("oauth_app_token_403_invalid_secret", status: .forbidden)
    } _: { twitch async throws in
      let error = HelixError.noToken(.invalidApplication(message: "invalid client secret"))
      await #expect(throws: error) { try await twitch.helix.conduits() }
      #expect(twitch.requests.map(\.path) == ["/oauth2/token"])
    }
  }

  @Test func anEmptyBucketKeepsCallsHereAndLetsChatThrough() async throws {
    try await withTwitch { _, request in
      switch request.path {
      case "/oauth2/token": .token("app")
      case "/helix/chat/messages": try .sample("helix_chat_send_ok", remaining: 5)
      default: try .sample("helix_error_429", status: .tooManyRequests, remaining: 0)
      }
    } _: { twitch async throws in
      func isRateLimited(_ error: any Error) -> Bool {
        if case HelixError.rateLimited(let until) = error { until > .now } else { false }
      }
      await #expect { try await twitch.helix.conduits() } throws: { isRateLimited($0) }
      await #expect { try await twitch.helix.users(ids: ["1"]) } throws: { isRateLimited($0) }
      #expect(twitch.requests.map(\.path) == ["/oauth2/token", "/helix/eventsub/conduits"])
      _ = try await twitch.helix.sendChatMessage("hi", to: "1", from: "2", as: .app)
      #expect(twitch.helix.rateLimit(of: .app)?.remaining == 0)
      #expect(twitch.helix.rateLimit(of: .chat(nil))?.remaining == 5)
      #expect(twitch.helix.rateLimit(of: .user("2")) == nil)
    }
  }

  @Test func anAssignmentNeverWaitsForTheBucket() async throws {
    try await withTwitch { _, request in
      switch request.line {
      case "POST /oauth2/token": .token("app")
      case "PATCH /helix/eventsub/conduits/shards": .json(Data("{}".utf8))
      default: try .sample("helix_conduits_get", remaining: 0)
      }
    } _: { twitch async throws in
      _ = try await twitch.helix.conduits()
      await #expect(throws: HelixError.self) { try await twitch.helix.conduits() }
      _ = try await twitch.helix.updateShards(of: "C", ["0": .webSocket("S")])
      #expect(twitch.requests.last?.line == "PATCH /helix/eventsub/conduits/shards")
    }
  }

  @Test func theConduitDoesNotWaitBehindSlowCalls() async throws {
    try await withTwitch { twitch, request in
      if request.isForToken { return .token("app") }
      guard request.path == "/helix/users" else { return try .sample("helix_conduits_get") }
      twitch.arrive()
      await twitch.untilArrivals(9)
      return try .sample("helix_users")
    } _: { twitch async throws in
      let slow = (0..<8).map { _ in
        Task {
          _ = twitch; return try await twitch.helix.users(ids: ["1"]).count
        }
      }
      await twitch.untilArrivals(8)
      #expect(try await twitch.helix.conduits().count == 2)
      twitch.arrive()
      for call in slow { #expect(try await call.value == 2) }
    }
  }

  @Test func whatIsNoItemOfAListIsSkipped() async throws {
    try await withTwitch { _, request in
      if request.isForToken { return .token("app") }
      return .json(
        Data(
          """
          {"data":[{"id":"a","status":"enabled","type":"stream.online","version":"1","condition":{},"transport":{}},
          null,{"id":"b","status":"enabled","type":"stream.online","version":"1","condition":{},
          "transport":{"method":"conduit","conduit_id":"C"},"cost":0}],"pagination":{}}
          """.utf8))
    } _: { twitch async throws in
      #expect(try await twitch.helix.subscriptions().map(\.id) == ["b"])
    }
  }

  @Test func pagesThatLeadInACircleEnd() async throws {
    try await withTwitch { twitch, request in
      if request.isForToken { return .token("app") }
      let next = request.query["after"] == "A" ? "B" : "A"
      return .json(Data(#"{"data":[],"pagination":{"cursor":"\#(next)"}}"#.utf8))
    } _: { twitch async throws in
      var pages = 0
      _ = try await twitch.helix.subscriptions { () async throws(HelixError) in pages += 1 }
      #expect(pages == 3)
      #expect(twitch.requests.map { $0.query["after"] } == [nil, nil, "A", "B"])
    }
  }

  @Test func whatIsToBeDoneBeforeAPageMayEndTheList() async throws {
    try await withTwitch { twitch, request in
      request.isForToken ? .token("app") : .json(Data(#"{"pagination":{"cursor":"\#(twitch.requests.count)"}}"#.utf8))
    } _: { twitch async throws in
      var pages = 0
      await expect(throws: HelixError.unreachable("enough")) {
        _ = twitch
        _ = try await twitch.helix.subscriptions { () async throws(HelixError) in
          pages += 1
          if pages == 3 { throw .unreachable("enough") }
        }
      }
      #expect(pages == 3)
    }
  }

  @Test func aPrivateLimitBlocksNothingElse() async throws {
    try await withTwitch { _, request in
      if request.isForToken { return .token("app") }
      return request.method == .post
        ? try .sample("helix_conduit_create_429_limit", status: .tooManyRequests, remaining: 700)
        : try .sample("helix_conduits_get", remaining: 699)
    } _: { twitch async throws in
      await #expect(throws: HelixError.tooMany(message: "conduit limit reached")) {
        try await twitch.helix.createConduit(shardCount: 2)
      }
      #expect(try await twitch.helix.conduits().count == 2)
    }
  }

  @Test func aFailureIsNotRepeated() async throws {
    try await withTwitch { _, _ in
      Response(.internalServerError)
    } _: { twitch async throws in
      let keeper = twitch.userToken()
      await #expect(throws: HelixError.server(status: 500)) {
        try await twitch.helix.sendChatMessage("hi", to: "1", from: "2", as: .user(keeper))
      }
      #expect(twitch.requests.count == 1)
    }
  }

  @Test func aConnectionThatBreaksLeavesTheOutcomeUnknown() async throws {
    try await withTwitch { _, _ in
      nil
    } _: { twitch async throws in
      let keeper = twitch.userToken()
      await #expect {
        try await twitch.helix.sendChatMessage("hi", to: "1", from: "2", as: .user(keeper))
      } throws: { ($0 as? HelixError)?.isOutcomeUnknown == true }
    }
  }

  @Test func aYesThatMakesNoSenseIsAnError() async throws {
    try await withTwitch { _, request in
      request.isForToken ? .token("app") : .text("<html>")
    } _: { twitch async throws in
      await #expect {
        try await twitch.helix.conduits()
      } throws: { error in
        if case HelixError.unreadable = error { true } else { false }
      }
    }
  }
}
