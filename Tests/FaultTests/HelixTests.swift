import TestSupport
import Testing
import TwitchSimulator

/// An API that is slow, fails, or does what it is asked and does not say so.
@Suite(.timeLimit(.minutes(2))) struct HelixTests {
  private static let send = "/helix/chat/messages"
  private static let patch = "/helix/eventsub/conduits/shards"

  /// Each against a gateway of its own, all at once.
  @Test func whatTakesTenSeconds() async throws {
    let failures = [500, 502, 503].map { status in { @Sendable in try await self.helixFails(status: status) } }
    await withTaskGroup { group in
      for script in failures + [
        aSendFailsWithAnEmptyAnswer, helixIsSlow, helixIsSlowFromTheStart, helixDoesNotAnswer, helixAnswersWithErrors,
      ] {
        group.addTask {
          do { try await script() } catch { Issue.record(error) }
        }
      }
    }
  }

  private func helixFails(status: Int) async throws {
    try await withScene { scene in
      try await scene.measure(
        .init(
          "Helix answers \(status)",
          made: "shard 0 reset, the next three assignments answered \(status)",
          bound: 8, recovered: "shard assigned again",
          seen: Sight(
            log: [Sight.lost("0"): 1, "assigning shards failed": 1],
            metrics: [Sight.calls("PATCH", "eventsub/conduits/shards", "\(status)"): 3])),
        filter: "whatTakesTenSeconds"
      ) {
        await scene.twitch.add(Simulator.CallFault("PATCH", Self.patch, times: 3, status: status))
        try await scene.twitch.dropSockets("shard:0", code: nil)
      } recovery: { window in
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }

  @Test func anAnswerToASendIsLost() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      let (dock, harbor) = (try scene.account("dock"), try scene.account("harbor"))
      try await scene.time(
        .init(
          "send accepted, answer lost", made: "the line is posted, the connection closed without an answer", bound: 3,
          recovered: "told as sent, by its echo; posted once",
          // The echo settled it: nothing went wrong that anybody would want to read of.
          seen: Sight(metrics: [
            Sight.calls("POST", "chat/messages", "unanswered"): 1, #"sends_total{outcome="sent",reason=""}"#: 1,
          ]))
      ) {
        await scene.twitch.add(Simulator.CallFault("POST", Self.send, outcome: .lose))
      } recovery: { window in
        let answer = try await client.say("once", from: dock, to: harbor, id: "a", within: window.left)
        #expect(answer["is_sent"] == true)
        #expect(answer["message_id"]?.text == (await scene.twitch.sentMessages().first?.id.rawValue))
      }
      #expect(await scene.twitch.sentMessages().map(\.text) == ["once"])
      try await client.until("the line itself") { $0.lines.count == 1 }
      let repeated = await Result { try await client.until("it again", within: 0.5) { $0.lines.count > 1 } }
      #expect(throws: Client.Silence.self) { try repeated.get() }
    }
  }

  private func aSendFailsWithAnEmptyAnswer() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      let (dock, harbor) = (try scene.account("dock"), try scene.account("harbor"))
      try await scene.time(
        .init(
          "empty 500 on a send", made: "one send answered with an empty 500 and not posted", bound: 12,
          recovered: "told as of unknown outcome, not posted twice; the next line goes out",
          seen: Sight(
            log: ["did not say what became of a line": 1],
            metrics: [
              Sight.calls("POST", "chat/messages", "500"): 1,
              #"sends_total{outcome="failed",reason="outcome_unknown"}"#: 1,
            ])),
        filter: "whatTakesTenSeconds"
      ) {
        await scene.twitch.add(Simulator.CallFault("POST", Self.send, status: 500))
      } recovery: { window in
        let answer = try await client.say("lost", from: dock, to: harbor, id: "a", within: window.left)
        #expect(answer.code == "outcome_unknown")
        let next = try await client.say("next", from: dock, to: harbor, id: "b", within: window.left)
        #expect(next["is_sent"] == true)
      }
      #expect(await scene.twitch.sentMessages().map(\.text) == ["next"])
    }
  }

  private func helixDoesNotAnswer() async throws {
    try await helixIsOfNoUse(
      "Helix does not answer", made: "every call's connection is closed without an answer, until clients were told",
      .init(nil, "/helix/*", times: 0, outcome: .drop), status: "unanswered")
  }

  private func helixAnswersWithErrors() async throws {
    try await helixIsOfNoUse(
      "Helix answers 503 to everything", made: "every call is answered with 503, until clients were told",
      .init(nil, "/helix/*", times: 0, status: 503), status: "503")
  }

  private func helixIsOfNoUse(
    _ name: String, made: String, _ fault: Simulator.CallFault, status: String
  ) async throws {
    try await withScene { scene in
      let told = Telling("twitch_unreachable")
      try await scene.measure(
        .init(
          name, made: made, bound: 30, recovered: "shard reset meanwhile assigned again", told: told,
          seen: Sight(
            log: ["looking at the shards failed": 1, Sight.lost("0"): 1],
            metrics: [Sight.calls("GET", "eventsub/conduits", status): 1])),
        filter: "whatTakesTenSeconds"
      ) { window in
        await scene.twitch.add(fault)
        try await scene.hears(of: told, window.client, within: window.left)
        try await scene.twitch.dropSockets("shard:0", code: nil)
        _ = try await scene.twitch.events("socket.closed", after: 0, within: window.left)
        await scene.twitch.removeFaults()
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }

  private func helixIsSlowFromTheStart() async throws {
    var setup = Scene.Setup()
    setup.waits = false
    // Twitch carries out a call when it answers it, and until then the socket has to last.
    setup.simulator.behavior.unusedSocketSeconds = 20
    setup.prepare = { twitch in await twitch.add(Simulator.CallFault(nil, "/helix/*", times: 0, delay: 10)) }
    try await withScene(setup) { scene in
      let client = try await scene.join()
      try await scene.time(
        .init(
          "Helix slow by 10 s from the start",
          made: "every call takes 10 s; a new socket has 20 s until its shard is assigned", bound: 75,
          recovered: "every shard assigned and ready, lines come",
          // What it is told while it lasts: nothing fails.
          seen: Sight(
            log: ["problem=shards_lost": 1, "problem=subscriptions_missing": 1],
            metrics: [#"problems{code="subscriptions_missing"}"#: 1])),
        since: .start, filter: "whatTakesTenSeconds"
      ) { window in
        try await scene.twitch.wait(for: .init(shards: 2, subscriptions: 2), within: window.left)
        let line = try await scene.twitch.say(.init(from: "gull", "at last"), in: "harbor").id.rawValue
        try await client.until("a line", within: window.left) { $0.has([line]) }
        #expect(try await scene.get("/readyz").status == 200)
      }
    }
  }

  private func helixIsSlow() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      let (dock, harbor) = (try scene.account("dock"), try scene.account("harbor"))
      try await scene.measure(
        .init(
          "Helix slow by 10 s", made: "every call takes 10 s; shard 0 reset, a line sent; then calls are quick again",
          bound: 30, recovered: "the line's outcome told, shard assigned again", told: .init("shards_lost"),
          seen: Sight(
            // The next socket, which waits for its assignment in vain, is lost with 4003.
            log: ["closed with 1006 shard=0|shard=0 status=websocket_network_error": 1],
            metrics: [
              Sight.calls("POST", "chat/messages", "unanswered"): 1, #"shard_losses_total{shard="0"}"#: 1,
            ])),
        filter: "whatTakesTenSeconds"
      ) {
        await scene.twitch.add(Simulator.CallFault(nil, "/helix/*", times: 0, delay: 10))
        try await scene.twitch.dropSockets("shard:0", code: nil)
      } recovery: { window in
        let answer = try await client.say("slow", from: dock, to: harbor, id: "a", within: window.left)
        #expect(answer["is_sent"] == true)
        await scene.twitch.removeFaults()
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
      #expect(await scene.twitch.sentMessages().map(\.text) == ["slow"])
    }
  }
}
