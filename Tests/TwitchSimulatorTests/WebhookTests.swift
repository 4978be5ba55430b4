import FoundationEssentials
import HTTPTypes
import Logging
import Testing
import WebSockets

@testable import TwitchSimulator

/// Somebody's web server: it answers as it is told and keeps what it got.
actor Receiver {
  private let loop: EventLoop
  private var server: Server?
  private var requests: [Request] = []
  private var waiting: [CheckedContinuation<Request, Never>] = []
  private var answers: [HTTPResponse.Status]
  private let echoesChallenge: Bool

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  /// The answers to notifications, in order; then 204.
  init(answers: [HTTPResponse.Status] = [], echoesChallenge: Bool = true) throws {
    loop = try EventLoop(logger: Logger(label: "receiver"))
    self.answers = answers
    self.echoesChallenge = echoesChallenge
  }

  func listen() throws -> String {
    var configuration = Server.Configuration()
    configuration.headerNames = [
      "Message-Id", "Message-Retry", "Message-Type", "Message-Signature", "Message-Timestamp", "Subscription-Type",
    ].compactMap { HTTPField.Name("Twitch-Eventsub-" + $0) }
    let server = try Server(
      configuration, on: loop, respond: { request in await self.respond(request) },
      upgrade: { _ in .refuse(.text("no")) })
    self.server = server
    return "http://127.0.0.1:\(server.port)/hook"
  }

  private func respond(_ request: Request) -> Response {
    if waiting.isEmpty { requests.append(request) } else { waiting.removeFirst().resume(returning: request) }
    if let challenge = JSON(request.body)?["challenge"]?.string {
      return .text(echoesChallenge ? challenge : "no")
    }
    return Response(answers.isEmpty ? .noContent : answers.removeFirst())
  }

  func next() async -> Request {
    if !requests.isEmpty { return requests.removeFirst() }
    return await withCheckedContinuation { waiting.append($0) }
  }

  nonisolated func stop() async { await loop.stop() }
}

@Suite(.minutes) struct WebhookTests {
  private let secret = "s3cr3t-for-tests"

  private func header(_ name: String, _ request: Request) -> String? {
    HTTPField.Name("Twitch-Eventsub-" + name).flatMap { request.headers[$0] }
  }

  private func withReceiver(
    answers: [HTTPResponse.Status] = [], echoesChallenge: Bool = true,
    _ body: (Receiver, _ callback: String) async throws -> Void
  ) async throws {
    let receiver = try Receiver(answers: answers, echoesChallenge: echoesChallenge)
    let callback = try await receiver.listen()
    do { try await body(receiver, callback) } catch {
      await receiver.stop()
      throw error
    }
    await receiver.stop()
  }

  private func assign(_ callback: String, _ bot: Bot) async throws -> (conduit: String, Bot.Answer) {
    let conduit = try await bot.conduit(shards: 1)
    let answer = try await bot.api(
      .patch, "/eventsub/conduits/shards",
      [
        "conduit_id": .string(conduit),
        "shards": [
          [
            "id": "0",
            "transport": ["method": "webhook", "callback": .string(callback), "secret": .string(secret)],
          ]
        ],
      ])
    return (conduit, answer)
  }

  @Test func theSignatureIsThatOfTheTestVector() {
    let body =
      #"{"challenge":"abc123","conduit_shard":{"conduit_id":"4f1c9a52-6d0e-4f7b-9c31-2b8e7d5a1060","shard":"3"}}"#
    let webhook = Webhook(
      callback: "", secret: secret, id: "e76c6bd4-55c9-4987-8304-da1588d8988b", kind: "",
      timestamp: "2026-03-14T18:05:11.123456789Z", type: nil, version: nil, body: Data(body.utf8))
    #expect(webhook.signature == "sha256=0fe5c1c80906e349b2d08a7b71c5e444a3e659cdd5bcd2d427a4cf7d5b091828")
  }

  @Test func aShardProvesItselfAndIsFed() async throws {
    try await withTwitch { twitch, bot in
      try await withReceiver { receiver, callback in
        let (conduit, answer) = try await assign(callback, bot)
        #expect(answer.row?["status"] == "webhook_callback_verification_pending")
        #expect(answer.row?["transport"]?["secret"] == nil)
        let challenge = await receiver.next()
        #expect(header("Message-Type", challenge) == "webhook_callback_verification")
        #expect(JSON(challenge.body)?["conduit_shard"] == ["conduit_id": .string(conduit), "shard": "0"])
        try await twitch.wait(for: Simulator.Expectation(shards: 1))
        try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit)
        try await twitch.say(Simulator.Line(from: "tidewatch", "by post"), in: "harborlight")
        let post = await receiver.next()
        #expect(header("Message-Type", post) == "notification")
        #expect(header("Subscription-Type", post) == "channel.chat.message")
        #expect(JSON(post.body)?["event"]?["message"]?["text"] == "by post")
        let expected = Webhook(
          callback: callback, secret: secret, id: header("Message-Id", post) ?? "", kind: "",
          timestamp: header("Message-Timestamp", post) ?? "", type: nil, version: nil, body: post.body)
        #expect(header("Message-Signature", post) == expected.signature)
      }
    }
  }

  @Test func aShardThatFailsTheChallengeStaysDisabled() async throws {
    try await withTwitch { twitch, bot in
      try await withReceiver(echoesChallenge: false) { _, callback in
        _ = try await assign(callback, bot)
        _ = try await twitch.events("shard.disabled")
        #expect(await twitch.conduits()[0].shards[0].status == "webhook_callback_verification_failed")
      }
    }
  }

  @Test func whatIsNotTakenComesAgainUnderTheSameId() async throws {
    try await withTwitch { twitch, bot in
      try await withReceiver(answers: [.internalServerError]) { receiver, callback in
        let (conduit, _) = try await assign(callback, bot)
        _ = await receiver.next()
        try await twitch.wait(for: Simulator.Expectation(shards: 1))
        try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit)
        try await twitch.say(Simulator.Line(from: "tidewatch", "again"), in: "harborlight")
        let first = await receiver.next()
        let second = await receiver.next()
        #expect(header("Message-Id", first) == header("Message-Id", second))
        #expect([header("Message-Retry", first), header("Message-Retry", second)] == ["0", "1"])
      }
    }
  }

  @Test func aReplayIsOldOrBadlySigned() async throws {
    try await withTwitch { twitch, bot in
      try await withReceiver { receiver, callback in
        let (conduit, _) = try await assign(callback, bot)
        _ = await receiver.next()
        try await twitch.wait(for: Simulator.Expectation(shards: 1))
        try await bot.subscribe("channel.chat.message", Somebody.chat, conduit: conduit)
        try await twitch.say(Simulator.Line(from: "tidewatch", "once"), in: "harborlight")
        let first = await receiver.next()
        #expect(try await twitch.replayWebhook(ageSeconds: 660) == 204)
        let old = await receiver.next()
        #expect(header("Message-Id", old) == header("Message-Id", first))
        #expect(header("Message-Timestamp", old) ?? "" < header("Message-Timestamp", first) ?? "")
        _ = try await twitch.replayWebhook(badSignature: true)
        #expect(header("Message-Signature", await receiver.next())?.hasSuffix("0000") == true)
      }
    }
  }

  @Test func aSubscriptionOfItsOwnIsVerifiedToo() async throws {
    try await withTwitch { twitch, bot in
      try await withReceiver { receiver, callback in
        let answer = try await bot.api(
          .post, "/eventsub/subscriptions",
          [
            "type": "stream.online", "version": "1", "condition": Somebody.channel,
            "transport": ["method": "webhook", "callback": .string(callback), "secret": .string(secret)],
          ])
        #expect(answer.row?["status"] == "webhook_callback_verification_pending")
        #expect(JSON(await receiver.next().body)?["subscription"]?["type"] == "stream.online")
        try await twitch.wait(for: Simulator.Expectation(subscriptions: 1))
        try await twitch.goLive("harborlight")
        #expect(JSON(await receiver.next().body)?["event"]?["type"] == "live")
      }
    }
  }

  @Test(arguments: [
    ("https://relay.example.net/hook", "0123456789", true), ("https://relay.example.net:443/hook", "0123456789", true),
    ("http://relay.example.net/hook", "0123456789", false), ("https://relay.example.net:8443/", "0123456789", false),
    ("https://relay.example.net/hook", "short", false), ("http://127.0.0.1:9/hook", "0123456789", true),
  ])
  func callbacksAndSecretsHaveRules(callback: String, secret: String, isGood: Bool) {
    #expect((Webhook.problem(callback: callback, secret: secret) == nil) == isGood)
  }
}
