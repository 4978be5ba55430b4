import Foundation
import TestSupport
import Testing

@testable import Twitch

@Suite struct SubscriptionStateTests {
  private typealias Channel = ConduitPool.Channel
  private typealias Topic = Subscription.Topic

  private let channel = Channel(broadcaster: "1", reader: "9")
  private let other = Channel(broadcaster: "2", reader: "9")

  /// A state, the clock and the dice, so that a test reads as what happens in turn.
  private struct Script {
    var state = SubscriptionState(client: "client")
    var now = ContinuousClock.now
    var generator = SeededGenerator(3)
    var created = 0

    mutating func steps(after seconds: Double = 0, allowance: Int = 100) -> [SubscriptionState.Step] {
      now += .seconds(seconds)
      return state.steps(at: now, allowance: allowance)
    }

    mutating func listed(_ list: [Subscription]) {
      state.listed(.success(list), on: "C", at: now, using: &generator)
    }

    @discardableResult
    mutating func answer(_ topic: Topic, _ error: HelixError) -> Bool {
      state.created(topic, on: "C", .failure(error), at: now, using: &generator)
    }

    /// Says yes to the first call alone.
    mutating func agreeOnce() throws {
      for case .create(let topic, _) in steps(allowance: 1) {
        let subscription = try SubscriptionStateTests.subscription("first", topic)
        _ = state.created(topic, on: "C", .success(subscription), at: now, using: &generator)
      }
    }

    /// Says yes to everything that is asked for, and gives back in which order it was asked for.
    mutating func agree() throws -> [Topic] {
      var asked: [Topic] = []
      var steps = steps()
      while !steps.isEmpty {
        for case .create(let topic, _) in steps {
          asked.append(topic)
          created += 1
          let subscription = try SubscriptionStateTests.subscription(SubscriptionID("made\(created)"), topic)
          _ = state.created(topic, on: "C", .success(subscription), at: now, using: &generator)
        }
        for case .delete(let id) in steps { state.deleted(id, nil, at: now, using: &generator) }
        steps = self.steps()
      }
      return asked
    }
  }

  private static func subscription(
    _ id: SubscriptionID, _ topic: Topic, status: String = "enabled", on conduit: ConduitID = "C"
  ) throws -> Subscription {
    let json: [String: Any] = [
      "id": id.rawValue, "status": status, "type": topic.type.rawValue, "version": topic.version,
      "condition": topic.condition, "transport": ["method": "conduit", "conduit_id": conduit.rawValue], "cost": 0,
    ]
    return try JSONDecoder().decode(Subscription.self, from: JSONSerialization.data(withJSONObject: json))
  }

  /// A state that works on conduit C, wants these channels, and was told that this is there already.
  private func script(_ channels: Channel..., listed: [Subscription] = []) -> Script {
    var script = Script()
    script.state.want(Set(channels), at: script.now)
    script.state.use("C", isNew: false, at: script.now)
    #expect(script.steps() == [.list("C")])
    #expect(script.steps().isEmpty)
    script.listed(listed)
    return script
  }

  private func all(_ channels: Channel...) -> [Topic] {
    SubscriptionType.ofChannels.flatMap { type in channels.map { Topic(type, for: $0) } }
      + [Topic.shardDisabled(of: "C", by: "client")]
  }

  @Test func nothingIsTouchedBeforeTheChannelsAreKnown() {
    var script = Script()
    script.state.use("C", isNew: false, at: script.now)
    #expect(script.steps().isEmpty)
    script.state.want([], at: script.now)
    #expect(script.steps() == [.list("C")])
  }

  @Test func aChannelNeedsEightAndTheConduitOne() throws {
    var script = script(channel)
    let asked = try script.agree()
    #expect(Set(asked) == Set(all(channel)))
    #expect(asked.count == 9)
    let chat = Topic("channel.chat.message", condition: ["broadcaster_user_id": "1", "user_id": "9"])
    #expect(asked.first == chat)
    #expect(asked.contains(Topic("channel.update", version: "2", condition: ["broadcaster_user_id": "1"])))
    #expect(asked.contains(Topic("stream.online", condition: ["broadcaster_user_id": "1"])))
    #expect(
      asked.contains(Topic("conduit.shard.disabled", condition: ["client_id": "client", "conduit_id": "C"])))
    #expect(script.state.isComplete == true)
  }

  @Test func theMessagesOfAllChatsComeFirst() throws {
    var script = script(channel, other)
    let types = try script.agree().map(\.type)
    #expect(types.prefix(3) == [.channelChatMessage, .channelChatMessage, .conduitShardDisabled])
    #expect(types.suffix(2) == [.channelUpdate, .channelUpdate])
  }

  @Test func whatIsThereAlreadyIsNotTouched() throws {
    let there = try all(channel).enumerated().map { try Self.subscription(SubscriptionID("s\($0)"), $1) }
    var script = script(channel, listed: there)
    #expect(try script.agree().isEmpty)
    #expect(script.state.isComplete == true)
    #expect(script.state.presentCount == 9)
  }

  @Test func onlyOurConduitsSurplusIsRemoved() throws {
    let topic = Topic(.streamOnline, for: other)
    var script = script(
      channel,
      listed: [
        try Self.subscription("surplus", topic), try Self.subscription("foreign", topic, on: "B"),
        try Self.subscription("double", Topic(.streamOnline, for: channel)),
        try Self.subscription("one", Topic(.streamOnline, for: channel)),
      ])
    #expect(Set(script.steps()) == [.delete("surplus"), .delete("one")])
    #expect(script.steps().isEmpty)
    for id in ["surplus", "one"] as [SubscriptionID] {
      script.state.deleted(id, nil, at: script.now, using: &script.generator)
    }
    #expect(try script.agree().count == 8)
  }

  @Test func whatIsListedTwiceIsNotRemoved() throws {
    let there = try Self.subscription("one", Topic(.streamOnline, for: channel))
    var script = script(channel, listed: [there, there])
    #expect(!script.steps().contains(.delete("one")))
  }

  @Test func whatIsNotEnabledIsRemovedAndMadeAgain() throws {
    let topic = Topic(.channelChatMessage, for: channel)
    var script = script(channel, listed: [try Self.subscription("dead", topic, status: "authorization_revoked")])
    #expect(script.steps() == [.delete("dead")])
    script.state.deleted("dead", .notFound(message: "gone already"), at: script.now, using: &script.generator)
    #expect(try script.agree().contains(topic))
  }

  @Test func aChannelMayComeAndGo() throws {
    var script = script(channel)
    _ = try script.agree()
    script.state.want([channel, other], at: script.now)
    #expect(Set(try script.agree()) == Set(all(other)).subtracting([Topic.shardDisabled(of: "C", by: "client")]))
    script.state.want([other], at: script.now)
    let steps = script.steps()
    #expect(steps.count == SubscriptionState.parallelLimit)
    #expect(steps.allSatisfy { if case .delete = $0 { true } else { false } })
  }

  @Test func aConflictCountsAsThereUntilTheListTells() throws {
    var script = script(channel)
    let topic = Topic(.channelChatMessage, for: channel)
    for case .create(let asked, _) in script.steps() where asked != topic {
      script.answer(asked, .conflict(existing: "x"))
    }
    script.answer(topic, .conflict(existing: nil))
    _ = try script.agree()
    #expect(script.state.isComplete == true)
    #expect(script.steps(after: 31) == [.list("C")])
    script.listed([])
    // It is not in the list: asking again at once would go on for ever.
    #expect(try !script.agree().contains(topic))
    #expect(script.state.unreadable[channel] != nil)
  }

  @Test func aRefusedChatIsReportedAndAskedForAgainAfter1And5And15And60Minutes() throws {
    var script = script(channel)
    let topic = Topic(.channelChatMessage, for: channel)
    let first = script.steps()
    for case .create(let asked, _) in first { script.answer(asked, .forbidden(message: "no")) }
    #expect(first.contains(.create(topic, "C")))
    #expect(script.state.unreadable == [channel: "no"])
    var waits: [Int] = []
    var minutes = 0
    while waits.count < 5 {
      minutes += 1
      for step in script.steps(after: 60) {
        switch step {
        case .create(topic, _):
          waits.append(minutes)
          minutes = 0
          script.answer(topic, .forbidden(message: "no"))
        case .create(let asked, _): script.answer(asked, .forbidden(message: "no"))
        case .list: script.listed([])
        case .delete: Issue.record("nothing to delete")
        }
      }
    }
    #expect(zip(waits, [1, 5, 15, 60, 60]).allSatisfy { $0 == $1 || $0 == $1 + 1 })
  }

  @Test func theRestOfARefusedChatWaitsForItsMessages() throws {
    var script = script(channel)
    let topic = Topic(.channelChatMessage, for: channel)
    #expect(script.steps(allowance: 1) == [.create(topic, "C")])
    script.answer(topic, .forbidden(message: "banned"))
    #expect(try script.agree().allSatisfy { !$0.type.isChat })
    #expect(script.steps(after: 70) == [.create(topic, "C")])
    _ = script.state.created(
      topic, on: "C", .success(try Self.subscription("s", topic)), at: script.now, using: &script.generator)
    #expect(script.state.unreadable.isEmpty)
    #expect(try script.agree().count == 4)
    #expect(script.state.isComplete == true)
  }

  @Test func tooMuchOfATypeWaitsForMinutes() throws {
    var script = script(channel, other)
    let steps = script.steps(allowance: 1)
    guard case .create(let topic, _)? = steps.first else {
      Issue.record("nothing asked for")
      return
    }
    script.answer(topic, .tooMany(message: "cost"))
    #expect(try !script.agree().contains { $0.type == topic.type })
    #expect(script.steps(after: 50).isEmpty)
    #expect(try script.agree().isEmpty)
    script.now += .seconds(20)
    #expect(try script.agree().filter { $0.type == topic.type }.count == 2)
  }

  @Test func theRateLimitIsWaitedFor() throws {
    var script = script(channel)
    #expect(script.steps(allowance: 0).isEmpty)
    #expect(script.state.hasWork(at: script.now))
    try script.agreeOnce()
    #expect(script.steps(allowance: 2).count == 2)
    #expect(script.steps(allowance: 100).count == SubscriptionState.parallelLimit - 2)
    #expect(script.steps(allowance: 100).isEmpty)
  }

  @Test func theListWaitsForTheRateLimit() {
    var script = Script()
    script.state.want([], at: script.now)
    script.state.use("C", isNew: false, at: script.now)
    #expect(script.steps(allowance: 0).isEmpty)
    #expect(script.state.hasWork(at: script.now))
    #expect(script.steps(allowance: 1) == [.list("C")])
  }

  @Test func anAppliedRateLimitStopsEverythingUntilThen() throws {
    var script = script(channel)
    let until = script.now + .seconds(42)
    for case .create(let topic, _) in script.steps() { script.answer(topic, .rateLimited(until: until)) }
    #expect(script.steps(after: 41).isEmpty)
    #expect(script.state.wake(after: script.now) == until)
    script.now += .seconds(1)
    #expect(try script.agree().count == 9)
  }

  @Test func aFailureIsTriedAgain() throws {
    var script = script(channel)
    for case .create(let topic, _) in script.steps() { script.answer(topic, .server(status: 500)) }
    #expect(script.steps().isEmpty)
    script.now += .seconds(0.6)
    #expect(try script.agree().count == 9)
  }

  @Test func aRefusedTokenRefusesNoSubscription() throws {
    var script = script(channel)
    for case .create(let topic, _) in script.steps() {
      script.answer(topic, .unauthorized(message: "Invalid OAuth token"))
    }
    #expect(script.state.unreadable.isEmpty)
    #expect(script.steps().isEmpty)
    script.now += .seconds(0.6)
    #expect(try script.agree().count == 9)
  }

  @Test func aMissingGrantRefusesTheSubscription() throws {
    var script = script(channel)
    let message = "The sender must have authorized the app with the user:bot scope."
    for case .create(let topic, _) in script.steps() { script.answer(topic, .unauthorized(message: message)) }
    #expect(script.state.unreadable == [channel: message])
  }

  @Test func aRemovalThatFailsHoldsUpNothing() throws {
    let extra = try Self.subscription("extra", Topic(.streamOnline, for: other))
    var script = script(channel, listed: [extra])
    #expect(script.steps() == [.delete("extra")])
    script.state.deleted("extra", .server(status: 500), at: script.now, using: &script.generator)
    #expect(try script.agree().count == 9)
    #expect(script.state.isComplete == true)
    // It is tried again later, and not at once.
    #expect(script.steps().isEmpty)
    let next = try #require(script.state.wake(after: script.now))
    script.now = next
    #expect(script.steps() == [.delete("extra")])
    script.state.deleted("extra", nil, at: script.now, using: &script.generator)
    #expect(script.steps(after: 31).isEmpty)
  }

  @Test func aRefusalAsUnknownCastsDoubtOnTheConduit() {
    var script = script(channel)
    for case .create(let topic, _) in script.steps(allowance: 1) {
      let isDoubtful = script.answer(topic, .badRequest(message: "no such conduit"))
      #expect(isDoubtful)
    }
  }

  @Test func whatWentWithItsConduitIsAskedForAtOnceOnTheNext() throws {
    let topic = Topic(.channelChatMessage, for: channel)
    var script = script(channel, listed: [try Self.subscription("own", topic)])
    script.state.revoked(Revocation(subscription: "own", type: topic.type, status: "conduit_deleted"), at: script.now)
    script.state.use("next", isNew: true, at: script.now)
    #expect(script.steps().contains(.create(topic, "next")))
  }

  @Test func whatWasRefusedIsAskedForAtOnceWhenSomebodyLinksTheirAccountAgain() throws {
    let topic = Topic(.channelChatMessage, for: channel)
    var script = script(channel, listed: [try Self.subscription("own", topic)])
    script.state.revoked(
      Revocation(subscription: "own", type: topic.type, status: "authorization_revoked"), at: script.now)
    script.state.granted(by: "somebody else", at: script.now)
    #expect(!(try script.agree().contains(topic)))
    script.state.granted(by: channel.reader, at: script.now)
    #expect(try script.agree().contains(topic))
  }

  @Test(arguments: ["authorization_revoked", "user_removed", "chat_user_banned", "version_removed", "new_reason"])
  func aRevokedSubscriptionIsMissingAndAskedForAfterAMinute(status: String) throws {
    let topic = Topic(.channelChatMessage, for: channel)
    let there = try all(channel).enumerated().map { try Self.subscription(SubscriptionID("s\($0)"), $1) }
    var script = script(channel, listed: there)
    let id = try #require(there.first { $0.topic == topic }).id
    script.state.revoked(Revocation(subscription: id, type: topic.type, status: status), at: script.now)
    #expect(script.state.isComplete == false)
    #expect(script.state.unreadable == [channel: status])
    #expect(script.steps() == [.delete(id)])
    script.state.deleted(id, .notFound(message: ""), at: script.now, using: &script.generator)
    #expect(script.steps(after: 50).isEmpty)
    script.now += .seconds(20)
    #expect(try script.agree() == [topic])
  }

  @Test func anotherConduitGetsAllSubscriptions() throws {
    var script = script(channel)
    _ = try script.agree()
    script.state.use(nil, isNew: false, at: script.now)
    #expect(script.steps(after: 600).isEmpty)
    script.state.use("N", isNew: true, at: script.now)
    let steps = script.steps()
    #expect(steps.first == .create(Topic(.channelChatMessage, for: channel), "N"))
  }

  @Test func whatAlwaysFailsKeepsNothingElseFromItsTurn() throws {
    var script = script(channel, other)
    let poison = Topic(.channelChatMessage, for: channel)
    var made: Set<Topic> = []
    for _ in 0..<50 {
      for case .create(let topic, _) in script.steps(after: 5) {
        if topic == poison {
          script.answer(topic, .server(status: 500))
        } else {
          made.insert(topic)
          let subscription = try Self.subscription(SubscriptionID("made\(made.count)"), topic)
          _ = script.state.created(topic, on: "C", .success(subscription), at: script.now, using: &script.generator)
        }
      }
    }
    #expect(script.state.missingCount == 1)
    #expect(script.state.isComplete == false)
  }

  /// It may have been removed just before Twitch listed what there is; once more is too often.
  @Test func whatConflictsAgainAndIsNotListedIsRefused() throws {
    var script = script(channel)
    let topic = Topic(.channelChatMessage, for: channel)
    for isRefused in [false, true] {
      #expect(script.steps() == [.create(topic, "C")])
      script.answer(topic, .conflict(existing: "elsewhere"))
      let others = try script.agree()
      #expect(script.state.isComplete == true)
      #expect(script.steps(after: 31) == [.list("C")])
      script.listed(try others.map { try Self.subscription(SubscriptionID($0.type.rawValue), $0) })
      #expect((script.state.unreadable[channel] != nil) == isRefused)
    }
    // Nor does it count as there in between from then on.
    for case .create(topic, _) in script.steps(after: 61) { script.answer(topic, .conflict(existing: "elsewhere")) }
    #expect(script.state.unreadable[channel] != nil)
    #expect(script.state.isComplete == false)
  }

  @Test func theListIsComparedAgainEveryFiveMinutes() throws {
    var script = script(channel)
    _ = try script.agree()
    #expect(script.steps(after: 299).isEmpty)
    #expect(script.steps(after: 2) == [.list("C")])
    // It is not the time to say that something is missing.
    #expect(script.state.isComplete == nil)
    script.listed([])
    #expect(script.state.isComplete == false)
    #expect(try script.agree().count == 9)
  }
}
