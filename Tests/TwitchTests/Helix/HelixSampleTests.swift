import Testing

@testable import Twitch

@Suite struct HelixSampleTests {
  private func items<Item: Decodable>(_ sample: String, _: Item.Type) throws -> [Item] {
    try Sample(sample).decode(Page<Item>.self).items
  }

  @Test func users() throws {
    let users = try items("helix_users", TwitchUser.self)
    #expect(users.map(\.id) == ["71092938", "5551003"])
    #expect(users.map(\.login) == ["harborlight", "shiokaze_jp"])
    #expect(users.map(\.displayName) == ["HarborLight", "潮風"])
    #expect(users[0].profileImageURL.hasSuffix("profile_image-300x300.png"))
    #expect(try items("helix_users_empty", TwitchUser.self).isEmpty)
  }

  @Test func streams() throws {
    let stream = try items("helix_streams_live", TwitchStream.self)[0]
    #expect(stream.userID == "71092938")
    #expect(stream.gameName == "Software and Game Development")
    #expect(stream.title == "Sunset coding by the pier")
    #expect(stream.viewerCount == 482)
    #expect(stream.startedAt == Timestamp("2026-03-14T18:00:03Z"))
    #expect(try items("helix_streams_empty", TwitchStream.self).isEmpty)
  }

  @Test func aPageSaysWhereItGoesOn() throws {
    let page = try Sample("helix_streams_paged").decode(Page<TwitchStream>.self)
    #expect(page.cursor == "eyJiIjp7IkN1cnNvciI6IiJ9LCJhIjp7IkN1cnNvciI6ImV5SnoifX0")
    #expect(try Sample("helix_streams_live").decode(Page<TwitchStream>.self).cursor == nil)
  }

  @Test(arguments: [
    ("helix_conduits_get", [4, 1]), ("helix_conduits_get_empty", []), ("helix_conduit_create", [4]),
    ("helix_conduit_update", [2]),
  ])
  func conduits(_ sample: String, shardCounts: [Int]) throws {
    let conduits = try items(sample, Conduit.self)
    #expect(conduits.map(\.shardCount) == shardCounts)
    #expect(conduits.first.map { $0.id == "4f1c9a52-6d0e-4f7b-9c31-2b8e7d5a1060" } ?? true)
  }

  @Test func shards() throws {
    let shards = try items("helix_conduit_shards_get", Shard.self)
    #expect(shards.map(\.id) == ["0", "1", "2", "3"])
    #expect(shards.map(\.id.index) == [0, 1, 2, 3])
    #expect(shards.map(\.status) == [.enabled, "websocket_disconnected", .verificationPending, .enabled])
    #expect(shards[1].transport?.method == .webSocket)
    #expect(shards[1].transport?.sessionID == "AgoQHQx-UpCkTA6xrWo_0rnocRIGY2VsbC1i")
    #expect(shards[1].transport?.connectedAt == Timestamp("2026-03-14T18:00:01.72563402Z"))
    #expect(shards[1].transport?.disconnectedAt == Timestamp("2026-03-14T18:44:10.200110099Z"))
    #expect(shards[2].transport?.method == .webhook)
    #expect(shards[2].transport?.callback == "https://relay.example.net/eventsub/shard/2")
    #expect(try items("helix_conduit_shards_get_empty", Shard.self).isEmpty)
    #expect(try Sample("helix_conduit_shards_get_paged").decode(Page<Shard>.self).cursor != nil)
  }

  @Test(arguments: [
    ("helix_conduit_shards_patch_ok", ["0", "1"] as [ShardID], [] as [ShardID]),
    ("helix_conduit_shards_patch_partial", ["0", "2"], ["1", "7"]),
    ("helix_conduit_shards_patch_all_failed", [], ["0"]),
  ])
  func shardUpdates(_ sample: String, updated: [ShardID], failed: [ShardID]) throws {
    let update = try Sample(sample).decode(ShardUpdate.self)
    #expect(update.updated.map(\.id) == updated)
    #expect(update.failures.map(\.id) == failed)
    #expect(update.failures.allSatisfy { $0.code == "invalid_parameter" && !$0.message.isEmpty })
  }

  @Test func bothListsOfAShardUpdateMayBeMissing() throws {
    let update = try Sample(json: "{}").decode(ShardUpdate.self)
    #expect(update.updated.isEmpty && update.failures.isEmpty)
  }

  @Test(arguments: [
    ("helix_subscription_created_conduit", Subscription.Status.enabled, Transport.Method.conduit, 0),
    ("helix_subscription_created_stream_online_cost1", .enabled, .conduit, 1),
    ("helix_subscription_created_webhook_pending", "webhook_callback_verification_pending", .webhook, 0),
    ("helix_subscription_created_websocket", .enabled, .webSocket, 0),
  ])
  func createdSubscriptions(
    _ sample: String, status: Subscription.Status, method: Transport.Method, cost: Int
  ) throws {
    let subscription = try items(sample, Subscription.self)[0]
    #expect(subscription.status == status)
    #expect(subscription.transport.method == method)
    #expect(subscription.cost == cost)
    #expect(subscription.createdAt == Timestamp("2026-03-01T09:12:44.307122851Z"))
  }

  @Test func listedSubscriptions() throws {
    let subscriptions = try items("helix_subscriptions_list", Subscription.self)
    #expect(subscriptions.map(\.status) == [.enabled, .enabled, "authorization_revoked"])
    let condition = ["broadcaster_user_id": "71092938", "user_id": "900112233"]
    #expect(subscriptions[0].topic == Subscription.Topic("channel.chat.message", condition: condition))
    #expect(subscriptions[0].transport.conduitID == "4f1c9a52-6d0e-4f7b-9c31-2b8e7d5a1060")
    #expect(try Sample("helix_subscriptions_list_paged").decode(Page<Subscription>.self).cursor != nil)
  }

  @Test func anEmptyConditionCountsAsNone() throws {
    let json = #"""
      {"id":"1","status":"new_status","type":"t","version":"2","condition":{"a":"1","b":"","c":null},
      "transport":{"method":"pigeon"},"created_at":""}
      """#
    let subscription = try Sample(json: json).decode(Subscription.self)
    #expect(subscription.topic == Subscription.Topic("t", version: "2", condition: ["a": "1"]))
    #expect(subscription.status == "new_status")
    #expect(subscription.transport.method == "pigeon")
    #expect(subscription.createdAt == nil)
  }

  @Test(arguments: [
    "automod_held", "channel_settings", "msg_duplicate", "msg_ratelimit", "msg_rejected", "user_timed_out",
  ])
  func droppedLinesSayWhy(_ code: String) throws {
    let result = try items("helix_chat_send_dropped_\(code)", ChatSendAnswer.self)[0].result
    guard case .dropped(code, let message) = result else { throw UnexpectedResult(result: result) }
    #expect(!message.isEmpty)
  }

  @Test(arguments: ["", #""message_id":null,"#, #""message_id":"","#])
  func aDroppedLineNeedsNoId(_ id: String) throws {
    let json = #"{\#(id)"is_sent":false,"drop_reason":{"code":"msg_rejected","message":"no"}}"#
    #expect(
      try Sample(json: json).decode(ChatSendAnswer.self).result == .dropped(code: "msg_rejected", message: "no"))
  }

  @Test(arguments: ["", #""message_id":null,"#, #""message_id":"","#])
  func aSentLineNeedsAnId(_ id: String) throws {
    #expect(throws: (any Error).self) {
      try Sample(json: #"{\#(id)"is_sent":true}"#).decode(ChatSendAnswer.self)
    }
  }

  @Test func whatIsNoShardCostsTheOthersNothing() throws {
    let json = #"{"data":[{"id":"0","status":null},{"id":"1","status":"enabled"},7],"errors":[{},{"id":"2"}]}"#
    let update = try Sample(json: json).decode(ShardUpdate.self)
    #expect(update.updated.map(\.id) == ["1"])
    #expect(update.failures.map(\.id) == ["2"])
    #expect(try Sample(json: json).decode(Page<Shard>.self).items.map(\.id) == ["1"])
  }

  @Test func sentLinesHaveAnId() throws {
    let result = try items("helix_chat_send_ok", ChatSendAnswer.self)[0].result
    #expect(result == .sent("98ce0e46-81b6-4146-aad5-fffb043cbca4"))
  }

  private struct UnexpectedResult: Error { let result: ChatSendResult }
}
