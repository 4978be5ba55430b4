import Foundation
import GRDB
import Storage
import Testing
import TwitchSimulator

/// What lasts is told: to clients in `status`, unasked; in the log, once; in the metrics. And so is its end.
@Suite(.timeLimit(.minutes(3))) struct ToldTests {
  /// Each against a gateway of its own, all at once.
  @Test func whatLastsIsTold() async throws {
    let scripts = [
      shardsAreLost, thereIsNoConduit, aChatMayNotBeRead, anAccountMustBeLinked, twitchIsAway, theClockIsWrong,
    ]
    await withTaskGroup { group in
      for script in scripts {
        group.addTask {
          do { try await script() } catch { Issue.record(error) }
        }
      }
    }
  }

  private func shardsAreLost() async throws {
    try await withScene { scene in
      await scene.twitch.setBehavior { $0.sendsWelcome = false }
      try await scene.twitch.dropSockets("shard:1", code: nil)
      let client = try await scene.join()
      try await scene.isTold("shards_lost", to: client)
      await scene.twitch.setBehavior { $0.sendsWelcome = true }
      try await scene.isOver("shards_lost", to: client)
    }
  }

  private func thereIsNoConduit() async throws {
    var setup = Scene.Setup()
    setup.prepare = { twitch in for _ in 0..<5 { _ = try await twitch.addConduit() } }
    setup.waits = false
    try await withScene(setup) { scene in
      let client = try await scene.join()
      try await scene.isTold("conduit_limit", to: client)
      try await scene.twitch.deleteConduit()
      try await scene.isOver("conduit_limit", to: client)
    }
  }

  private func aChatMayNotBeRead() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      await scene.twitch.revokeSubscriptions(type: "channel.chat.message", status: "chat_user_banned")
      try await scene.isTold("subscriptions_missing", about: "harbor", to: client)
    }
  }

  private func anAccountMustBeLinked() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      try await scene.twitch.expireTokens(of: "dock", refreshToo: true)
      let (dock, harbor) = (try scene.account("dock"), try scene.account("harbor"))
      _ = try await client.say("nobody home", from: dock, to: harbor, id: "a")
      try await scene.isTold("relink_needed", about: "dock", to: client)
    }
  }

  private func twitchIsAway() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      await scene.twitch.add(Simulator.CallFault(nil, "/helix/*", times: 0, outcome: .drop))
      try await scene.isTold("twitch_unreachable", to: client)
      await scene.twitch.removeFaults()
      try await scene.isOver("twitch_unreachable", to: client)
    }
  }

  private func theClockIsWrong() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      await scene.twitch.skewClock(by: 3_600)
      try await scene.isTold("clock_wrong", to: client)
    }
  }

  @Test func aDatabaseThatCannotBeWrittenIsTold() async throws {
    try await withScene { scene in
      let client = try await scene.join()
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let locks = try scene.databases().map { try DatabaseQueue(path: $0, configuration: configuration) }
      for queue in locks { try await queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") } }
      let talk = Talk(scene.twitch, in: ["harbor", "pier"])
      await talk.start()
      try await scene.isTold("history_degraded", to: client)
      for queue in locks { try await queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") } }
      try await scene.isOver("history_degraded", to: client)
      await talk.stop()
    }
  }
}

extension Scene {
  /// Waits until a client was told of a problem without having asked, and sees that the log and the metrics have it.
  func isTold(_ code: String, about account: String? = nil, to client: Client, within seconds: Double = 25) async throws
  {
    let id = try account.map { try self.account($0).rawValue }
    try await client.until("being told \(code)", within: seconds) { client in
      let problems = client.log.last { $0.type == "status" }?.json["health"]?["problems"]?.elements ?? []
      return problems.contains {
        $0["code"]?.text == code && (id == nil || $0["account_id"] == id.map { .number(Double($0)) })
      }
    }
    let lines = try gateway.log.split(separator: "\n").filter { line in
      line.contains(" error ") && line.contains("problem=\(code)")
        && (id.map { line.contains("account=\($0) ") } ?? true)
    }
    #expect(lines.count == 1, "\(lines)")
    let metrics = try await get("/metrics")
    let row = metrics.body.split(separator: "\n").first {
      $0.hasPrefix("chat_relay_problems{") && $0.contains("\"\(code)\"")
    }
    #expect(row.map { !$0.hasSuffix(" 0") } ?? false, "\(row ?? "no row"), \(metrics.status)")
  }

  /// Waits until a client was told that a problem is over.
  func isOver(_ code: String, to client: Client, within seconds: Double = 40) async throws {
    try await client.until("being told that \(code) is over", within: seconds) { client in
      let problems = client.log.last { $0.type == "status" }?.json["health"]?["problems"]?.elements
      return problems.map { $0.allSatisfy { $0["code"]?.text != code } } ?? false
    }
  }
}
