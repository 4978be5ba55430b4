import ChatRelay
import Foundation
import Storage
import TestSupport
import Testing
import TwitchSimulator

/// Lines that cannot leave at once: what is told about them, and what may become of them meanwhile.
@Suite struct WaitingLinesTests {
  /// Has a line of `sender` under way for a second and a half, and two more behind it.
  private func queueThree(
    _ browser: Browser, from sender: AccountID, to target: AccountID, _ twitch: Simulator
  ) async throws {
    await twitch.add(.init("POST", "/helix/chat/messages", outcome: .pass, delay: 1.5))
    for number in 1...3 {
      await browser.send("text", from: sender, to: target, text: "line \(number)", id: "a\(number)")
    }
    // Whatever comes before the answer to this was taken in before.
    _ = try await browser.status()
  }

  private func expectRefused(_ browser: Browser, _ ids: [String], _ code: JSON) async throws {
    for id in ids {
      let result = try await browser.next("textresult")
      #expect(result["id"] == .text(id))
      #expect(result["drop_reason"]?["code"] == code)
      #expect(try await browser.next("error")["code"] == code)
    }
  }

  @Test func whoWaitsIsToldTheirPlace() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      try await queueThree(john, from: dock, to: harbor, twitch)
      await john.send("text", from: dock, to: harbor, text: "nobody wants to know")
      #expect(
        try await john.next("queued") == [
          "type": "queued", "id": "a2", "account_id": .number(Double(dock.rawValue)),
          "cur_stream_account_id": .number(Double(harbor.rawValue)), "queue": 1,
        ])
      let other = try await john.next("queued")
      #expect(other["id"] == "a3")
      #expect(other["queue"] == 2)
      for number in 1...3 {
        let result = try await john.next("textresult")
        #expect(result["id"] == .text("a\(number)"))
        #expect(result["is_sent"] == true)
        #expect(result["queue"] == .number(Double(4 - number)))
      }
      #expect(await twitch.counters().dropped == 0)
      #expect(try await john.rest().contains { $0["type"] == "queued" } == false)
    }
  }

  @Test func aFullQueueSaysHowLongItIs() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      for number in 0..<40 { await john.send("text", from: dock, to: harbor, text: "line \(number)", id: "\(number)") }
      let error = try await john.next("error")
      #expect(error["code"] == "queue_full")
      #expect(error["queue"] == 30)
      #expect(await twitch.counters().dropped == 0)
    }
  }

  @Test func aShareThatIsWithdrawnTakesTheLinesAlong() async throws {
    try await withRelay { relay, twitch in
      let (home, dock, harbor) = (relay.home, relay.home.dock.id, relay.home.harbor.id)
      try await home.store.shareAccount(dock, with: home.mary.id)
      let mary = try await relay.joinAsMary()
      try await queueThree(mary, from: dock, to: harbor, twitch)
      try await home.store.unshareAccount(dock, from: home.mary.id)
      try await expectRefused(mary, ["a2", "a3"], "not_permitted")
      #expect(try await mary.next("textresult")["is_sent"] == true)
      #expect(await twitch.sentMessages().map(\.text) == ["line 1"])
    }
  }

  @Test func theRightToWriteIsNeededWhenTheLineLeaves() async throws {
    try await withRelay { relay, twitch in
      let (home, dock, harbor) = (relay.home, relay.home.dock.id, relay.home.harbor.id)
      try await home.store.shareAccount(dock, with: home.mary.id)
      let mary = try await relay.joinAsMary()
      try await queueThree(mary, from: dock, to: harbor, twitch)
      try await home.store.shareStream(home.stream.id, with: home.mary.id, StreamShare(chatLevel: .read))
      try await expectRefused(mary, ["a2", "a3"], "not_permitted")
      #expect(try await mary.next("textresult")["is_sent"] == true)
      #expect(await twitch.sentMessages().count == 1)
    }
  }

  @Test func whatWaitsForAChannelThatIsTakenOffTheStreamDoesNotLeave() async throws {
    try await withRelay { relay, twitch in
      let (home, dock, harbor) = (relay.home, relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      try await queueThree(john, from: dock, to: harbor, twitch)
      _ = try await home.store.setAccounts([dock], of: home.stream.id)
      try await expectRefused(john, ["a2", "a3"], "unknown_account")
      #expect(try await john.next("textresult")["is_sent"] == true)
      #expect(await twitch.sentMessages().count == 1)
    }
  }

  @Test func whatWaitsOfAnAccountThatIsRemovedDoesNotLeave() async throws {
    try await withRelay { relay, twitch in
      let (home, dock, harbor) = (relay.home, relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      try await queueThree(john, from: dock, to: harbor, twitch)
      try await home.store.removeAccount(dock)
      try await expectRefused(john, ["a2", "a3"], "not_permitted")
      #expect(try await john.next("textresult")["is_sent"] == true)
    }
  }

  @Test func whatWaitsOfAnAccountWhoseTokenIsRefusedDoesNotLeave() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      try await queueThree(john, from: dock, to: harbor, twitch)
      try await twitch.expireTokens(of: "dock", refreshToo: true)
      var answered: Set<JSON> = []
      for _ in 1...3 {
        let result = try await john.next("textresult")
        #expect(result["drop_reason"]?["code"] == "account_unusable")
        if let id = result["id"] { answered.insert(id) }
        #expect(try await john.next("error")["code"] == "account_unusable")
      }
      #expect(answered == ["a1", "a2", "a3"])
      #expect(await twitch.sentMessages().isEmpty)
    }
  }

  @Test func anAccountThatIsLinkedAgainGoesOnWithItsLines() async throws {
    try await withRelay { relay, twitch in
      let (home, dock, harbor) = (relay.home, relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      try await queueThree(john, from: dock, to: harbor, twitch)
      _ = try await home.store.linkAccount(home.dock.identity, tokens: twitch.link("2"), to: home.john.id)
      for number in 1...3 {
        #expect(try await john.next("textresult")["is_sent"] == true)
        let sent = try await twitch.sentMessage(number - 1)
        #expect(sent.text == "line \(number)")
        #expect(sent.from == "dock")
      }
    }
  }

  @Test func whatIsSaidAgainTooSoonIsNotEvenSent() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      for number in 1...2 { await john.send("text", from: dock, to: harbor, text: "hi", id: "a\(number)") }
      #expect(try await john.next("textresult")["is_sent"] == true)
      let result = try await john.next("textresult")
      #expect(result["id"] == "a2")
      #expect(result["drop_reason"]?["code"] == "msg_duplicate")
      #expect(try await john.next("error")["code"] == "refused")
      #expect(await twitch.counters().dropped == 0)
      #expect(await twitch.sentMessages().count == 1)
    }
  }

  @Test func slowModeIsKept() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      try await twitch.setChatSettings("harbor", .init(slowSeconds: 3))
      let john = try await relay.joinAsJohn()
      for number in 1...2 { await john.send("text", from: dock, to: harbor, text: "line \(number)", id: "a\(number)") }
      for _ in 1...2 { #expect(try await john.next("textresult")["is_sent"] == true) }
      #expect(await twitch.counters().dropped == 0)
    }
  }

  @Test func aLineThatHasWaitedTooLongDoesNotLeaveThoughNoLimitHoldsIt() async throws {
    try await withRelay(configure: { $0.longestWait = .seconds(1) }) { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      try await queueThree(john, from: harbor, to: harbor, twitch)
      for id in ["a2", "a3"] { #expect(try await john.next("queued")["id"] == .text(id)) }
      #expect(try await john.next("textresult")["is_sent"] == true)
      try await expectRefused(john, ["a2", "a3"], "unavailable")
      #expect(await twitch.sentMessages().map(\.text) == ["line 1"])
    }
  }

  @Test func aLineThatIsToBeTriedAgainWhenItsAccountGoesIsToldWhy() async throws {
    try await withRelay { relay, twitch in
      let (home, dock, harbor) = (relay.home, relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      await beFull(twitch, seconds: 10)
      await john.send("text", from: dock, to: harbor, text: "later", id: "a1")
      try await isCalled("/helix/chat/messages", twitch)
      try await home.store.removeAccount(dock)
      try await expectRefused(john, ["a1"], "not_permitted")
    }
  }

  /// The next send is answered with 429.
  private func beFull(_ twitch: Simulator, seconds: Int) async {
    let full = [
      "Ratelimit-Limit": "800", "Ratelimit-Remaining": "0",
      "Ratelimit-Reset": "\(Int(Date.now.timeIntervalSince1970) + seconds)",
    ]
    await twitch.add(.init("POST", "/helix/chat/messages", status: 429, headers: full))
  }

  /// Returns once Twitch was called there.
  private func isCalled(_ path: String, _ twitch: Simulator) async throws {
    var last = 0
    while true {
      let calls = try await twitch.events("call", after: last)
      if calls.contains(where: { $0.fields["path"] == path }) { return }
      last = calls.last?.sequence ?? last
    }
  }

  /// What a line gave back when Twitch refused it, others may have used up when it leaves the next time.
  @Test func aLineThatLeavesAgainKeepsTheLimitsAgain() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      try await twitch.setChatSettings("harbor", .init(slowSeconds: 4))
      let john = try await relay.joinAsJohn()
      await beFull(twitch, seconds: 2)
      await john.send("text", from: dock, to: harbor, text: "later", id: "a1")
      try await isCalled("/helix/chat/messages", twitch)
      try await twitch.say(.init(from: "dock", "from elsewhere"), in: "harbor")
      #expect(try await john.next("textresult")["is_sent"] == true)
      #expect(await twitch.counters().dropped == 0)
    }
  }
}

/// Lines for which there is no answer.
@Suite struct UnknownOutcomeTests {
  /// The first answer is lost, the second is not; which echo belongs to which is told by the second.
  @Test(arguments: [Simulator.Behavior.Echo.before, .after])
  func theSameTwiceIsSettledOneByOne(_ echo: Simulator.Behavior.Echo) async throws {
    try await withRelay { relay, twitch in
      await twitch.setBehavior { $0.echo = echo }
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await twitch.add(.init("POST", "/helix/chat/messages", outcome: .lose))
      for number in 1...2 { await john.send("text", from: harbor, to: harbor, text: "again", id: "a\(number)") }
      let sent = [try await twitch.sentMessage(0), try await twitch.sentMessage(1)]
      var ids: [JSON: JSON] = [:]
      for _ in 1...2 {
        let result = try await john.next("textresult")
        ids[result["id"] ?? .null] = result["message_id"]
      }
      #expect(ids == ["a1": .text(sent[0].id.rawValue), "a2": .text(sent[1].id.rawValue)])
      #expect(await twitch.sentMessages().count == 2)
    }
  }

  @Test func whatTwitchAlteredIsKnownAgain() async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await twitch.add(.init("POST", "/helix/chat/messages", outcome: .lose))
      await john.send("emote", from: harbor, to: harbor, text: "brings the 👨‍👩‍👧 along", id: "a1")
      let sent = try await twitch.sentMessage(0)
      let result = try await john.next("emoteresult")
      #expect(result["message_id"]?.text == sent.id.rawValue)
      #expect(try await john.next("emote")["text"] == "brings the 👨👩👧 along")
    }
  }

  @Test func anAnswerThatTakesTooLongLeavesTheOutcomeUnknown() async throws {
    try await withRelay(configure: { $0.echoPatience = .milliseconds(200) }) { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await twitch.add(.init("POST", "/helix/chat/messages", outcome: .hang))
      await john.send("text", from: harbor, to: harbor, text: "slow", id: "a1")
      await john.send("text", from: harbor, to: harbor, text: "fast", id: "a2")
      #expect(try await john.next("queued", within: .seconds(5))["id"] == "a2")
      var codes: [JSON: JSON] = [:]
      for _ in 1...2 {
        let result = try await john.next("textresult", within: .seconds(20))
        codes[result["id"] ?? .null] = result["drop_reason"]?["code"] ?? "sent"
      }
      #expect(codes == ["a1": "outcome_unknown", "a2": "sent"])
      #expect(await twitch.sentMessages().map(\.text) == ["fast"])
    }
  }

  @Test func linesThatAreOutWhenTheirAccountGoesAreAnswered() async throws {
    try await withRelay(configure: { $0.echoPatience = .seconds(1) }) { relay, twitch in
      let (home, dock, harbor) = (relay.home, relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      await twitch.add(.init("POST", "/helix/chat/messages", status: 500))
      await john.send("text", from: dock, to: harbor, text: "hm", id: "a1")
      _ = try await john.status()
      try await home.store.removeAccount(dock)
      #expect(try await john.next("textresult", within: .seconds(20))["drop_reason"]?["code"] == "outcome_unknown")
    }
  }

  @Test func aTokenThatDoesNotDoForSendingIsLookedAt() async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await twitch.add(.init("POST", "/helix/chat/messages", status: 401, message: "Missing user:write:chat scope"))
      await john.send("text", from: harbor, to: harbor, text: "me?", id: "a1")
      #expect(try await john.next("textresult")["drop_reason"]?["code"] == "account_unusable")
      // Twitch was asked, and has nothing against the token.
      await john.send("text", from: harbor, to: harbor, text: "me again", id: "a2")
      #expect(try await twitch.sentMessage(0).text == "me again")
    }
  }
}
