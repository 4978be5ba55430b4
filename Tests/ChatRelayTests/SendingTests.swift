import ChatRelay
import Storage
import TestSupport
import Testing
import TwitchSimulator
import WebSockets

/// From browsers to Twitch.
@Suite struct SendingTests {
  @Test(arguments: [Simulator.Behavior.Echo.before, .after])
  func aLineIsPostedAndComesBackOnce(_ echo: Simulator.Behavior.Echo) async throws {
    try await withRelay { relay, twitch in
      await twitch.setBehavior { $0.echo = echo }
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      let other = try await relay.joinAsJohn()
      await john.send("text", from: harbor, to: "\"\(harbor)\"", text: "hello", id: "a1")
      let sent = try await twitch.sentMessage(0)
      #expect(sent.text == "hello")
      #expect(sent.from == "harbor")
      let result = try await john.next("textresult")
      #expect(
        result == [
          "type": "textresult", "id": "a1", "account_id": .number(Double(harbor.rawValue)),
          "cur_stream_account_id": .number(Double(harbor.rawValue)), "is_sent": true,
          "message_id": .text(sent.id.rawValue), "queue": 0,
        ])
      for browser in [john, other] {
        let line = try await browser.next("text")
        #expect(line["id"]?.text == sent.id.rawValue)
        #expect(line["from"]?["name"] == "Harbor")
        #expect(try await browser.rest() == [])
      }
    }
  }

  @Test func anotherAccountWritesAfterItsWriterWasMade() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      let again = try await relay.joinAsJohn()
      let mary = try await relay.joinAsMary()
      await john.send("writer", from: dock, to: harbor)
      for browser in [john, again] {
        #expect(
          try await browser.next() == [
            "type": "writerresult", "account_id": .number(Double(dock.rawValue)),
            "cur_stream_account_id": .number(Double(harbor.rawValue)),
          ])
      }
      #expect(try await mary.rest() == [])
      #expect(try await john.status()["accounts"]?["\(dock)"]?["ready"] == false)
      await john.send("emote", from: dock, to: harbor, text: "is here")
      let sent = try await twitch.sentMessage(0)
      #expect(sent.from == "dock")
      #expect(sent.action)
      #expect(sent.text == "is here")
      #expect(try await john.next("emote")["from"]?["name"] == "Dock")
    }
  }

  @Test func linesKeepTheirOrder() async throws {
    try await withRelay { relay, twitch in
      await twitch.setBehavior { $0.echo = .before }
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      for number in 0..<20 { await john.send("text", from: harbor, to: harbor, text: "line \(number)") }
      for number in 0..<20 {
        #expect(try await twitch.sentMessage(number).text == "line \(number)")
        #expect(try await john.next("text")["text"]?.text == "line \(number)")
      }
    }
  }

  @Test(arguments: ["/ban somebody", ".foo bar", "...", "/"])
  func aTextThatLooksLikeACommandArrivesWhole(_ text: String) async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await john.send("text", from: harbor, to: harbor, text: text)
      #expect(try await twitch.sentMessage(0).text == text)
    }
  }

  @Test func aReplyNamesWhatItRepliesTo() async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      let question = try await twitch.say(.init(from: "gull", "who is there?"), in: "harbor")
      try await john.next("text")
      await john.send("text", from: harbor, to: harbor, text: "me", replyTo: question.id.rawValue)
      #expect(try await john.next("text")["reply"]?["message_id"]?.text == question.id.rawValue)
    }
  }

  @Test func whatTwitchDeclinesIsToldToTheAskerAlone() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      let other = try await relay.joinAsJohn()
      try await twitch.ban("dock", in: "harbor", seconds: 60)
      try await other.next("clear")
      await john.send("text", from: dock, to: harbor, text: "let me", id: "a1")
      let result = try await john.next("textresult")
      #expect(result["is_sent"] == false)
      #expect(result["drop_reason"]?["code"] == "user_timed_out")
      let error = try await john.next("error")
      #expect(error["code"] == "refused")
      #expect(error["request"] == ["type": "text", "id": "a1"])
      #expect(try await other.rest() == [])
    }
  }

  @Test func anAnswerThatWasLostIsSettledByTheEcho() async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await twitch.add(.init("POST", "/helix/chat/messages", outcome: .lose))
      await john.send("text", from: harbor, to: harbor, text: "did it arrive?", id: "a1")
      let sent = try await twitch.sentMessage(0)
      #expect(try await john.next("textresult")["message_id"]?.text == sent.id.rawValue)
      #expect(try await john.next("text")["id"]?.text == sent.id.rawValue)
      #expect(try await john.rest() == [])
      #expect(await twitch.sentMessages().count == 1)
    }
  }

  @Test func anOutcomeThatNobodyKnowsIsToldAndNotRepeated() async throws {
    try await withRelay(configure: { $0.echoPatience = .milliseconds(200) }) { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await twitch.add(.init("POST", "/helix/chat/messages", status: 500))
      await john.send("text", from: harbor, to: harbor, text: "hm", id: "a1")
      #expect(try await john.next("textresult")["is_sent"] == false)
      #expect(try await john.next("error")["code"] == "outcome_unknown")
      await john.send("text", from: harbor, to: harbor, text: "next")
      #expect(try await twitch.sentMessage(0).text == "next")
    }
  }

  @Test func anExpiredTokenIsRefreshedOnTheWay() async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      try await twitch.expireTokens(of: "harbor")
      await john.send("text", from: harbor, to: harbor, text: "still me")
      #expect(try await twitch.sentMessage(0).text == "still me")
      #expect(try await john.next("text")["text"] == "still me")
    }
  }

  @Test func anAccountWhoseTokenIsRefusedCannotSendUntilLinkedAgain() async throws {
    try await withRelay { relay, twitch in
      let (home, harbor) = (relay.home, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      try await twitch.expireTokens(of: "harbor", refreshToo: true)
      await john.send("text", from: harbor, to: harbor, text: "me?", id: "a1")
      #expect(try await john.next("error")["code"] == "account_unusable")
      let status = try await john.next("status")
      #expect(status["accounts"]?["\(harbor)"]?["writable"] == false)
      #expect(status["accounts"]?["\(harbor)"]?["ready"] == false)
      #expect(status["accounts"]?["\(harbor)"]?["live"] == true)
      await john.send("writer", from: harbor, to: harbor)
      #expect(try await john.next("error")["code"] == "account_unusable")

      _ = try await home.store.linkAccount(home.harbor.identity, tokens: twitch.link("1"), to: home.john.id)
      #expect(try await john.next("status")["accounts"]?["\(harbor)"]?["writable"] == true)
      await john.send("text", from: harbor, to: harbor, text: "me again")
      #expect(try await twitch.sentMessage(0).text == "me again")
    }
  }

  @Test func aFullQueueRefuses() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      for number in 0..<40 { await john.send("text", from: dock, to: harbor, text: "line \(number)") }
      #expect(try await john.next("error")["code"] == "queue_full")
      #expect(await twitch.counters().dropped == 0)
    }
  }

  @Test func stoppingFinishesWhatWasTakenOnAndSaysGoodbye() async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await twitch.add(.init("POST", "/helix/chat/messages", outcome: .pass, delay: 0.3))
      await john.send("text", from: harbor, to: harbor, text: "last words", id: "a1")
      await john.send("text", from: harbor, to: harbor, text: "and these", id: "a2")
      _ = try await john.status()
      await relay.stop()
      for id in ["a1", "a2"] {
        let result = try await john.next("textresult")
        #expect(result["id"]?.text == id && result["is_sent"] == true)
      }
      try await john.next("reconnect")
      // The code is 1012, which this client's library takes for one that must not be sent.
      #expect(try await john.closed().reason.hasPrefix("the gateway restarts: come back in "))
      await #expect(throws: (any Error).self) { try await relay.joinAsJohn() }
    }
  }

  @Test func stoppingAnswersForWhatCannotLeaveInTime() async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await twitch.add(.init("POST", "/helix/chat/messages", times: 0, outcome: .hang))
      await john.send("text", from: harbor, to: harbor, text: "into the void", id: "a1")
      await john.send("text", from: harbor, to: harbor, text: "too late", id: "a2")
      _ = try await john.status()
      await relay.stop(within: .seconds(1))
      for (id, code) in [("a2", "unavailable"), ("a1", "outcome_unknown")] {
        let result = try await john.next("textresult")
        #expect(result["id"]?.text == id && result["is_sent"] == false)
        #expect(try await john.next("error")["code"]?.text == code)
      }
      try await john.next("reconnect")
    }
  }
}
