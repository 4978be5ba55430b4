import FoundationEssentials
import Storage
import TestSupport
import Testing
import Twitch
import TwitchSimulator

@testable import ChatRelay

@Suite struct HealthWatchTests {
  private let start = ContinuousClock.now
  private let lost = Health.Key(code: .shardsLost)
  private let relink = Health.Key(code: .relinkNeeded, subject: .account(AccountID(rawValue: 7)))

  private func time(_ seconds: Int) -> Timestamp {
    Timestamp(.init(timeIntervalSince1970: Double(1_000_000 + seconds)))
  }

  private func look(
    _ watch: inout HealthWatch, _ keys: [Health.Key], after seconds: Double, _ state: Health.State = .degraded
  ) -> [HealthWatch.Event] {
    let conditions = Dictionary(uniqueKeysWithValues: keys.map { ($0, Health.Condition(message: "x", state: state)) })
    return watch.look(conditions, at: start + .seconds(seconds), time: time(Int(seconds))).events
  }

  private func problem(_ key: Health.Key, since seconds: Int) -> Health.Problem {
    Health.Problem(key: key, condition: .init(message: "x"), since: time(seconds))
  }

  @Test func whatPutsItselfRightIsNotTold() {
    var watch = HealthWatch()
    #expect(look(&watch, [lost], after: 0) == [])
    #expect(watch.told == [])
    #expect(watch.present == [problem(lost, since: 0)])
    #expect(watch.nextLook == start + .seconds(3))
    #expect(look(&watch, [], after: 2) == [])
    #expect(watch.present == [])
    #expect(watch.nextLook == nil)
  }

  @Test func whatLastsIsToldOnceAndSoIsItsEnd() {
    var watch = HealthWatch()
    _ = look(&watch, [lost], after: 0)
    #expect(look(&watch, [lost], after: 3) == [.began(problem(lost, since: 0))])
    #expect(look(&watch, [lost], after: 4) == [])
    #expect(watch.told == [problem(lost, since: 0)])
    #expect(look(&watch, [], after: 5) == [])
    #expect(watch.told == [problem(lost, since: 0)])
    #expect(watch.present == [])
    #expect(watch.nextLook == start + .seconds(8))
    #expect(look(&watch, [], after: 8) == [.ended(problem(lost, since: 0))])
    #expect(watch.told == [])
  }

  @Test func whatComesAndGoesIsOneProblem() {
    var watch = HealthWatch()
    _ = look(&watch, [lost], after: 0)
    _ = look(&watch, [lost], after: 3)
    for second in stride(from: 4.0, to: 20, by: 2) {
      #expect(look(&watch, [], after: second) == [])
      #expect(look(&watch, [lost], after: second + 1) == [])
    }
    #expect(watch.told == [problem(lost, since: 0)])
  }

  @Test func anAccountToLinkAgainIsToldAtOnce() {
    var watch = HealthWatch()
    #expect(look(&watch, [relink], after: 0) == [.began(problem(relink, since: 0))])
    #expect(look(&watch, [], after: 1) == [.ended(problem(relink, since: 0))])
  }

  @Test func aProblemThatGetsWorseIsToldOnceItLasts() {
    var watch = HealthWatch()
    _ = look(&watch, [lost], after: 0)
    _ = look(&watch, [lost], after: 3)
    #expect(watch.nextLook == nil)
    _ = look(&watch, [lost], after: 4, .down)
    #expect(watch.told.state == .degraded)
    #expect(watch.present.state == .down)
    #expect(watch.nextLook == start + .seconds(7))
    // It was only for a moment.
    _ = look(&watch, [lost], after: 5)
    #expect(watch.nextLook == nil)
    _ = look(&watch, [lost], after: 6, .down)
    #expect(look(&watch, [lost], after: 9, .down) == [])
    #expect(watch.told.state == .down)
    #expect(watch.nextLook == nil)
  }
}

/// What people are told about the gateway's health.
@Suite struct HealthTests {
  private func codes(_ status: JSON) -> Set<JSON> {
    Set((0..<8).compactMap { status["health"]?["problems"]?[$0]?["code"] })
  }

  @Test func whatIsWrongIsToldWhenItLastsAndWhenItIsOver() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      #expect(try await john.status()["health"] == ["state": "ok", "problems": []])
      await twitch.setBehavior { $0.sendsWelcome = false }
      try await twitch.dropSockets("all", code: nil)
      let status = try await john.next("status")
      #expect(status["health"]?["state"] == "down")
      #expect(status["health"]?["problems"]?[0]?["code"] == "shards_lost")
      #expect(status["accounts"]?["0"] != nil)
      await twitch.setBehavior { $0.sendsWelcome = true }
      #expect(try await john.next("status", within: .seconds(40))["health"] == ["state": "ok", "problems": []])
      #expect(try await john.rest().allSatisfy { $0["type"] == "gap" })
    }
  }

  @Test func aShardThatComesBackSoonIsToldToNobody() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.dropSockets("shard:0", code: nil)
      try await twitch.wait(for: .init(shards: 2))
      // What comes next is about something else.
      try await relay.home.store.removeAccount(relay.home.dock.id)
      let status = try await john.next("status")
      #expect(status["accounts"]?.keys.contains("\(relay.home.dock.id)") == false)
      #expect(status["health"]?["state"] == "ok")
      #expect(try await john.rest().allSatisfy { $0["type"] == "gap" })
    }
  }

  @Test func whoAsksIsToldTheTruthOfTheMoment() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      await twitch.setBehavior { $0.sendsWelcome = false }
      try await twitch.dropSockets("shard:0", code: nil)
      var status = try await john.status()
      while status["health"]?["state"] == "ok" { status = try await john.status() }
      #expect(status["health"]?["problems"]?[0]?["code"] == "shards_lost")
      await twitch.setBehavior { $0.sendsWelcome = true }
      // Who was told is told when it is over, too.
      #expect(try await john.next("status", within: .seconds(40))["health"]?["state"] == "ok")
    }
  }

  @Test func anAccountToLinkAgainIsToldWithTheChangeItself() async throws {
    try await withRelay { relay, twitch in
      let home = relay.home
      let john = try await relay.joinAsJohn()
      let mary = try await relay.joinAsMary()
      try await twitch.expireTokens(of: "dock", refreshToo: true)
      await john.send("text", from: home.dock.id, to: home.harbor.id, text: "me?")
      let status = try await john.next("status")
      let dock = JSON.number(Double(home.dock.id.rawValue))
      #expect(status["accounts"]?["\(home.dock.id)"]?["writable"] == false)
      #expect(status["health"]?["state"] == "degraded")
      #expect(status["health"]?["problems"]?[0]?["code"] == "relink_needed")
      #expect(status["health"]?["problems"]?[0]?["account_id"] == dock)
      // It is nobody's business whose account it is not.
      #expect(try await mary.status()["health"]?["state"] == "ok")
      _ = try await home.store.linkAccount(home.dock.identity, tokens: twitch.link("2"), to: home.john.id)
      #expect(try await john.next("status")["health"]?["state"] == "ok")
      #expect(try await john.rest().contains { $0["type"] == "status" } == false)
    }
  }

  @Test func aChatThatTwitchDoesNotLetReadIsTold() async throws {
    try await withRelay { relay, twitch in
      let home = relay.home
      let john = try await relay.joinAsJohn()
      // Pier's owner has not granted what reading takes.
      try await twitch.revokeAuthorization(of: "pier")
      try await home.store.shareAccount(home.pier.id, with: home.john.id)
      _ = try await home.store.setAccounts([home.harbor.id, home.pier.id], of: home.stream.id)
      var status = try await john.next("status")
      while !codes(status).contains("subscriptions_missing") { status = try await john.next("status") }
    }
  }

  @Test func aClockThatIsWrongIsTold() async throws {
    try await withRelay(isLive: false) { relay, twitch in
      await twitch.skewClock(by: -3600)
      let john = try await relay.joinAsJohn()
      var status = try await john.status()
      while !codes(status).contains("clock_wrong") { status = try await john.next("status", within: .seconds(20)) }
      await twitch.skewClock(by: 0)
      while codes(status).contains("clock_wrong") { status = try await john.next("status", within: .seconds(20)) }
    }
  }
}
