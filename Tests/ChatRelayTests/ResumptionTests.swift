import Storage
import TestSupport
import Testing
import Twitch
import TwitchSimulator
import WebSockets

@testable import ChatRelay

/// Coming back: `cursor`, `since`, `history` and `gap`.
@Suite struct ResumptionTests {
  private let gull = { (text: String) in Simulator.Line(from: "gull", text) }

  @Test func whoComesBackGetsWhatWasMissedAndThenWhatIsSaid() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.say(gull("seen"), in: "harbor")
      let cursor = try #require(try await john.next("text")["cursor"]?.text)
      await john.close()
      _ = try await john.closed()
      // Somebody else sees when they have arrived.
      let mary = try await relay.joinAsMary(.read)
      for number in 1...3 { try await twitch.say(gull("missed \(number)"), in: "harbor") }
      for _ in 1...3 { try await mary.next("text") }

      let again = try await relay.join(query: "?token=\(relay.home.johnsToken.reveal())&since=\(cursor)", stream: "1")
      for number in 1...3 { #expect(try await again.next()["text"]?.text == "missed \(number)") }
      try await twitch.say(gull("live"), in: "harbor")
      #expect(try await again.next()["text"] == "live")
      #expect(try await again.rest() == [])
    }
  }

  /// It was given out by a run that ended with the machine and left nothing on disk, under a clock that was ahead.
  @Test func whoComesBackWithAPlaceOfARunThatIsLostGetsAllThatThisOneHas() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      for number in 1...3 { try await twitch.say(gull("\(number)"), in: "harbor") }
      var cursors: [String] = []
      for _ in 1...3 { cursors.append(try #require(try await john.next("text")["cursor"]?.text)) }
      let parts = try #require(cursors.last).split(separator: "-")
      let number = try #require(parts.last.flatMap { Int64($0) })

      let again = try await relay.join(since: "\(parts[0])-\(number + 3_600_000_000)")
      #expect(try await again.next()["type"] == "gap")
      for number in 1...3 { #expect(try await again.next()["text"]?.text == "\(number)") }
      try await twitch.say(gull("live"), in: "harbor")
      #expect(try await again.next()["text"] == "live")
      #expect(try await again.rest() == [])
    }
  }

  @Test func nothingMissedIsNothingSent() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.say(gull("seen"), in: "harbor")
      let cursor = try #require(try await john.next("text")["cursor"]?.text)
      let again = try await relay.join(since: cursor)
      #expect(try await again.rest() == [])
    }
  }

  @Test func thousandsThatWereMissedComeFromDiskInOrder() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.say(gull("first"), in: "harbor")
      let cursor = try #require(try await john.next("text")["cursor"]?.text)
      for number in 1...1500 {
        try await twitch.say(gull("\(number)"), in: "harbor")
        try await john.next("text")
      }
      let again = try await relay.join(since: cursor)
      for number in 1...1500 { #expect(try await again.next()["text"]?.text == "\(number)") }
      #expect(try await again.rest() == [])
    }
  }

  @Test func longMessagesThatWereMissedComeAtTheReadersPace() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.say(gull("first"), in: "harbor")
      let cursor = try #require(try await john.next("text")["cursor"]?.text)
      // Each is some 20 KB with its emotes: together more than a connection's own queue may hold.
      let text = Array(repeating: "Kappa", count: 80).joined(separator: " ")
      for _ in 1...300 {
        try await twitch.say(gull(text), in: "harbor")
        try await john.next("text")
      }
      let again = try await relay.join(since: cursor)
      for _ in 1...300 { #expect(try await again.next("text")["text"]?.text == text) }
    }
  }

  @Test(arguments: ["rubbish", "1-5", "1-9007199254740991", "2-5"])
  func aPlaceThatIsNotKeptIsAGap(_ cursor: String) async throws {
    try await withRelay { relay, twitch in
      let again = try await relay.join(since: cursor)
      let gap = try await again.next()
      #expect(gap["type"] == "gap")
      #expect(gap["stream_id"] == 1)
      try await twitch.say(gull("live"), in: "harbor")
      #expect(try await again.next()["text"] == "live")
      // With what the gap itself says, the next time nothing is missing.
      let third = try await relay.join(since: try #require(gap["cursor"]?.text))
      #expect(try await third.next()["text"] == "live")
      #expect(try await third.rest() == [])
    }
  }

  /// Whoever was here before was told of a gap, and nothing was said since.
  @Test func whoCameAfterAGapIsToldOfTheNextOne() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.dropSockets("all", code: nil)
      try await john.next("gap")
      try await twitch.wait(for: .init(shards: 2))
      let mary = try await relay.joinAsMary(.read)
      try await twitch.dropSockets("all", code: nil)
      try await mary.next("gap")
      try await john.next("gap")
      // Now both were told.
      try await twitch.wait(for: .init(shards: 2))
      try await twitch.dropSockets("all", code: nil)
      try await twitch.wait(for: .init(shards: 2))
      try await twitch.say(gull("live"), in: "harbor")
      for browser in [john, mary] { #expect(try await browser.next()["text"] == "live") }
    }
  }

  @Test func historyGivesTheLastMessages() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      for number in 1...5 { try await twitch.say(gull("\(number)"), in: "harbor") }
      for _ in 1...5 { try await john.next("text") }
      let mary = try await relay.joinAsMary(.read)
      #expect(try await mary.rest() == [])
      let again = try await relay.join(query: "&history=3")
      for number in 3...5 { #expect(try await again.next()["text"]?.text == "\(number)") }
      #expect(try await again.rest() == [])
      await #expect(throws: ConnectError.refused(status: 400)) { _ = try await relay.join(query: "&history=all") }
    }
  }

  @Test func whatWasSaidOutlivesARestartAndTheTimeBetweenIsAGap() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      for number in 1...5 { try await twitch.say(gull("\(number)"), in: "harbor") }
      let cursor = try #require(try await john.next("text")["cursor"]?.text)
      for _ in 2...5 { try await john.next("text") }
      try await relay.restart { relay in
        let again = try await relay.join(since: cursor)
        for number in 2...5 { #expect(try await again.next("text")["text"]?.text == "\(number)") }
        try await again.next("gap")
        #expect(try await again.rest().filter { $0["cursor"] != nil } == [])
        let other = try await relay.join(query: "&history=2")
        for number in 4...5 { #expect(try await other.next("text")["text"]?.text == "\(number)") }
      }
    }
  }

  @Test func whatAnAccountSaidCountsForTwitchsLimitsAfterARestartToo() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.say(.init(from: "dock", "here"), in: "harbor")
      try await john.next("text")
      try await relay.restart { relay in
        let pause = try #require(await relay.relay.pause(of: relay.home.dock.id, in: "1", slowMode: .seconds(60)))
        #expect(pause > .seconds(30))
      }
    }
  }

  @Test func whatAnAccountSentCountsAfterARestartEvenIfItWasNeverSeenInTheChat() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      await twitch.add(Simulator.DeliveryFault(.drop, type: "channel.chat.message"))
      await john.send("text", from: relay.home.dock.id, to: relay.home.harbor.id, text: "unheard", id: "a1")
      #expect(try await john.next("textresult")["is_sent"] == true)
      try await relay.restart { relay in
        let pause = try #require(await relay.relay.pause(of: relay.home.dock.id, in: "1", slowMode: .seconds(60)))
        #expect(pause > .seconds(30))
      }
    }
  }

  @Test func whatIsMoreThanIsToBeKeptIsNotReplayedWhileTheGatewayRuns() async throws {
    try await withRelay(configure: { ($0.historyMessages, $0.historyMinutes) = (3, 0) }) { relay, twitch in
      let john = try await relay.joinAsJohn()
      for number in 1...300 { try await twitch.say(gull("\(number)"), in: "harbor") }
      let cursor = try #require(try await john.next("text")["cursor"]?.text)
      for _ in 2...300 { try await john.next("text") }
      let again = try await relay.join(since: cursor)
      try await again.next("gap")
      for number in 298...300 { #expect(try await again.next()["text"]?.text == "\(number)") }
      #expect(try await again.rest() == [])
      let new = try await relay.join(query: "&history=200")
      for number in 298...300 { #expect(try await new.next()["text"]?.text == "\(number)") }
      #expect(try await new.rest() == [])
    }
  }

  @Test func whatModeratorsTookAwayIsNotReplayedAndItsDeletionIs() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      let seen = try await twitch.say(gull("seen"), in: "harbor")
      let cursor = try #require(try await john.next("text")["cursor"]?.text)
      let missed = try await twitch.say(gull("missed"), in: "harbor")
      try await twitch.say(gull("stays"), in: "harbor")
      try await twitch.deleteMessage(seen.id, in: "harbor")
      try await twitch.deleteMessage(missed.id, in: "harbor")
      for _ in 1...2 { try await john.next("delete") }
      func check(_ again: Browser) async throws {
        #expect(try await again.next("text")["text"] == "stays")
        for id in [seen.id, missed.id] { #expect(try await again.next("delete")["message_id"]?.text == id.rawValue) }
      }
      try await check(try await relay.join(since: cursor))
      let new = try await relay.join(query: "&history=10")
      #expect(try await new.next()["text"] == "stays")
      #expect(try await new.rest() == [])
      try await relay.restart { try await check(try await $0.join(since: cursor)) }
    }
  }

  @Test func whatComesAfterItsDeletionIsSeenToGoAndIsNotKept() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      await twitch.add(Simulator.DeliveryFault(.delay, type: "channel.chat.message", delay: 0.3))
      let late = try await twitch.say(gull("late"), in: "harbor")
      try await twitch.deleteMessage(late.id, in: "harbor")
      #expect(try await john.next()["type"] == "delete")
      #expect(try await john.next()["text"] == "late")
      #expect(try await john.next()["message_id"]?.text == late.id.rawValue)
      let again = try await relay.join(query: "&history=10")
      #expect(try await again.rest() == [])
    }
  }

  @Test func aPrivateMessageIsReplayedToTheTwoItConcerns() async throws {
    try await withRelay { relay, _ in
      let home = relay.home
      let john = try await relay.joinAsJohn()
      let mary = try await relay.joinAsMary()
      let anna = try await home.store.addUser(named: "anna")
      try await home.store.shareStream(home.stream.id, with: anna.user.id, StreamShare(chatLevel: .write))
      let bystander = try await relay.joinWhenAllowed(anna.token)
      await john.send("text", from: 0, to: 0, text: "/irc all")
      let cursor = try #require(try await bystander.next("text")["cursor"]?.text)
      await john.send("text", from: 0, to: 0, text: "/msg mary secret")
      await john.send("text", from: 0, to: 0, text: "/irc end")
      for browser in [john, mary] { for _ in 1...3 { try await browser.next("text") } }
      for (token, texts) in [
        (home.johnsToken, ["secret", "end"]), (home.marysToken, ["secret", "end"]), (anna.token, ["end"]),
      ] {
        for query in ["&since=\(cursor)", "&history=\(texts.count)"] {
          let again = try await relay.join(query: query, token: token)
          for text in texts { #expect(try await again.next()["text"]?.text == text) }
          #expect(try await again.rest() == [])
        }
      }
    }
  }

  @Test func aUserWhoIsRemovedIsForgottenEverywhere() async throws {
    try await withRelay { relay, twitch in
      let home = relay.home
      let john = try await relay.joinAsJohn()
      let mary = try await relay.joinAsMary()
      try await twitch.say(gull("first"), in: "harbor")
      let cursor = try #require(try await john.next("text")["cursor"]?.text)
      await mary.send("text", from: 0, to: 0, text: "/irc mine")
      await john.send("text", from: 0, to: 0, text: "/msg mary yours")
      try await twitch.say(.init(from: "pier", "mine too"), in: "harbor")
      try await twitch.say(gull("last"), in: "harbor")
      for _ in 1...4 { try await john.next("text") }
      try await home.store.removeUser(home.mary.id)
      _ = try await mary.closed()
      let again = try await relay.join(since: cursor)
      #expect(try await again.next("text")["text"] == "last")
      #expect(try await again.rest() == [])
      try await relay.restart { relay in
        let again = try await relay.join(since: cursor)
        #expect(try await again.next("text")["text"] == "last")
      }
    }
  }
}

extension Relay {
  /// How long an account has to wait before its next line.
  fileprivate func pause(of account: AccountID, in channel: TwitchUserID, slowMode: Duration) -> Duration? {
    let now = ContinuousClock.now
    return senders[account].map {
      $0.budget.earliest(in: channel, isPrivileged: false, slowMode: slowMode, at: now) - now
    }
  }
}

extension TestRelay {
  /// Connects as the stream's owner, coming back with a cursor.
  fileprivate func join(since cursor: String) async throws -> Browser { try await join(query: "&since=\(cursor)") }

  /// Connects as the stream's owner or somebody else, with more in the query than the token.
  fileprivate func join(query: String, token: AccessToken? = nil) async throws -> Browser {
    try await join(query: "?token=\((token ?? home.johnsToken).reveal())\(query)", stream: "\(home.stream.id)")
  }
}
