import Foundation
import HTTPTypes
import TestSupport
import Testing
import WebSockets

@testable import Twitch

/// What each endpoint sends, beside Twitch's documented requests.
@Suite(.timeLimit(.minutes(1))) struct HelixEndpointTests {
  private let conduit: ConduitID = "4f1c9a52-6d0e-4f7b-9c31-2b8e7d5a1060"

  /// Answers every call alike, hands out application tokens beside.
  private func withHelix(
    answering sample: String, status: HTTPResponse.Status = .ok,
    _ body: @Sendable (isolated StandIn) async throws -> Void
  ) async throws {
    try await withTwitch { _, request in
      request.isForToken ? .token("app") : try .sample(sample, status: status)
    } _: { twitch async throws in
      try await body(twitch)
    }
  }

  @Test func usersAreLookedUpById() async throws {
    try await withHelix(answering: "helix_users") { twitch async throws in
      #expect(try await twitch.helix.users(ids: ["1", "2"]).map(\.id) == ["71092938", "5551003"])
      #expect(twitch.calls.map(\.line) == ["GET /helix/users"])
      #expect(twitch.calls[0].query.all("id") == ["1", "2"])
    }
  }

  @Test func nobodyIsLookedUpWithoutACall() async throws {
    try await withHelix(answering: "helix_users") { twitch async throws in
      #expect(try await twitch.helix.users(ids: []).isEmpty)
      #expect(try await twitch.helix.streams(of: []).isEmpty)
      #expect(twitch.requests.isEmpty)
    }
  }

  @Test func streamsAreLookedUpByTheirBroadcasters() async throws {
    try await withHelix(answering: "helix_streams_live") { twitch async throws in
      #expect(try await twitch.helix.streams(of: ["71092938", "40817265"]).map(\.viewerCount) == [482, 51])
      #expect(twitch.calls.map(\.line) == ["GET /helix/streams"])
      #expect(twitch.calls[0].query["first"] == "100")
      #expect(twitch.calls[0].query.all("user_id") == ["71092938", "40817265"])
    }
  }

  @Test func aReplyIsSentAsDocumented() async throws {
    try await withHelix(answering: "helix_chat_send_ok") { twitch async throws in
      let result = try await twitch.helix.sendChatMessage(
        "noted", to: "71092938", from: "900112233", replyingTo: "fcd9f3d2-85bf-4ab0-a430-21abdf811787", as: .app)
      #expect(result == .sent("98ce0e46-81b6-4146-aad5-fffb043cbca4"))
      let call = try #require(twitch.calls.first)
      #expect(call.line == "POST /helix/chat/messages")
      #expect(call.headers[.contentType] == "application/json")
      #expect(try call.json() == Sample("helix_chat_send_request_reply").decode(JSON.self))
    }
  }

  @Test func aPlainLineHasNoReplyParent() async throws {
    try await withHelix(answering: "helix_chat_send_dropped_msg_duplicate") { twitch async throws in
      let keeper = twitch.userToken()
      let result = try await twitch.helix.sendChatMessage(
        "a \"b\" / 潮", to: "71092938", from: "900112233", as: .user(keeper))
      guard case .dropped("msg_duplicate", _) = result else {
        Issue.record("\(result)")
        return
      }
      let expected = #"{"broadcaster_id":"71092938","sender_id":"900112233","message":"a \"b\" / 潮"}"#
      #expect(try twitch.calls.first?.json() == Sample(json: expected).decode(JSON.self))
    }
  }

  @Test func aConduitIsCreatedAsDocumented() async throws {
    try await withHelix(answering: "helix_conduit_create") { [conduit] twitch async throws in
      #expect(try await twitch.helix.createConduit(shardCount: 4) == Conduit(id: conduit, shardCount: 4))
      let call = try #require(twitch.calls.first)
      #expect(call.line == "POST /helix/eventsub/conduits")
      #expect(try call.json() == Sample("helix_conduit_create_request").decode(JSON.self))
    }
  }

  @Test func aConduitIsResizedAndDeleted() async throws {
    try await withHelix(answering: "helix_conduit_update") { [conduit] twitch async throws in
      #expect(try await twitch.helix.updateConduit(conduit, shardCount: 2).shardCount == 2)
      #expect(twitch.calls[0].line == "PATCH /helix/eventsub/conduits")
      #expect(try twitch.calls[0].json() == .object(["id": .text(conduit.rawValue), "shard_count": .number(2)]))
    }
    try await withTwitch { _, request in
      request.isForToken ? .token("app") : Response(.noContent)
    } _: { [conduit] twitch async throws in
      try await twitch.helix.deleteConduit(conduit)
      try await twitch.helix.deleteSubscription("s")
      #expect(twitch.calls.map(\.line) == ["DELETE /helix/eventsub/conduits", "DELETE /helix/eventsub/subscriptions"])
      #expect(twitch.calls.map { $0.query["id"] } == [conduit.rawValue, "s"])
    }
  }

  @Test func shardsAreAssignedAsDocumented() async throws {
    try await withHelix(answering: "helix_conduit_shards_patch_partial", status: .accepted) {
      [conduit] twitch async throws in
      let update = try await twitch.helix.updateShards(
        of: conduit,
        [
          "0": .webSocket("AgoQ9OarRrveQSCC1PBorLcHDxIGY2VsbC1h"),
          "1": .webSocket("AgoQHQx-UpCkTA6xrWo_0rnocRIGY2VsbC1i"),
          "2": .webhook(callback: "https://relay.example.net/eventsub/shard/2", secret: Secret("s3cr3t-for-tests")),
        ])
      #expect(update.failures.map(\.id) == ["1", "7"])
      #expect(twitch.calls[0].line == "PATCH /helix/eventsub/conduits/shards")
      #expect(try twitch.calls[0].json() == Sample("helix_conduit_shards_patch_request").decode(JSON.self))
    }
  }

  @Test func shardsAreListedToTheLastPage() async throws {
    try await withTwitch { _, request in
      if request.isForToken { return .token("app") }
      return try .sample(request.query["after"] == nil ? "helix_conduit_shards_get_paged" : "helix_conduit_shards_get")
    } _: { [conduit] twitch async throws in
      let shards = try await twitch.helix.shards(of: conduit, status: .enabled)
      #expect(shards.map(\.id) == ["0", "1", "2", "3"])
      #expect(twitch.calls.map(\.line) == Array(repeating: "GET /helix/eventsub/conduits/shards", count: 2))
      #expect(twitch.calls.map { $0.query["conduit_id"] } == [conduit.rawValue, conduit.rawValue])
      #expect(twitch.calls.map { $0.query["status"] } == ["enabled", "enabled"])
      #expect(twitch.calls.map { $0.query["after"] } == [nil, "eyJiIjpudWxsLCJhIjp7IkN1cnNvciI6IjEwMCJ9fQ"])
    }
  }

  @Test func aCursorThatComesBackIsTheEnd() async throws {
    try await withHelix(answering: "helix_subscriptions_list_paged") { twitch async throws in
      #expect(try await twitch.helix.subscriptions(.status(.enabled)).count == 1)
      #expect(twitch.calls.count == 2)
      #expect(twitch.calls.map { $0.query["status"] } == ["enabled", "enabled"])
    }
  }

  @Test(arguments: [
    (
      "helix_subscription_create_request_conduit",
      Subscription.Topic(
        "channel.chat.message", condition: ["broadcaster_user_id": "71092938", "user_id": "900112233"])
    ),
    (
      "helix_subscription_create_request_shard_disabled",
      Subscription.Topic(
        "conduit.shard.disabled",
        condition: [
          "client_id": "k3v9x2q7m1t8z4b6n5w0c2l8r4d1py", "conduit_id": "4f1c9a52-6d0e-4f7b-9c31-2b8e7d5a1060",
        ])
    ),
  ])
  func subscriptionsAreCreatedAsDocumented(_ sample: String, topic: Subscription.Topic) async throws {
    try await withHelix(answering: "helix_subscription_created_conduit", status: .accepted) {
      [conduit] twitch async throws in
      let subscription = try await twitch.helix.createSubscription(to: topic, on: conduit)
      #expect(subscription.id == "f2f9a53f-9544-4f04-aa87-aa2db35ada7d")
      #expect(twitch.calls[0].line == "POST /helix/eventsub/subscriptions")
      #expect(try twitch.calls[0].json() == Sample(sample).decode(JSON.self))
    }
  }

  @Test func aSubscriptionThatExistsIsNamed() async throws {
    try await withHelix(answering: "helix_subscription_409_exists", status: .conflict) {
      [conduit] twitch async throws in
      await #expect(throws: HelixError.conflict(existing: "f2f9a53f-9544-4f04-aa87-aa2db35ada7d")) {
        try await twitch.helix.createSubscription(to: .init("stream.online", condition: [:]), on: conduit)
      }
    }
  }
}

extension StandIn {
  /// The calls to Helix among what was asked.
  fileprivate var calls: [Request] { requests.filter { !$0.isForToken } }
}
