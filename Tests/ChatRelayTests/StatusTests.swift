import ChatRelay
import Storage
import TestSupport
import Testing
import TwitchSimulator

/// What people are told about a stream and its accounts, asked and unasked.
@Suite struct StatusTests {
  @Test func aStatusIsForTheOneWhoAsked() async throws {
    try await withRelay { relay, _ in
      let john = try await relay.joinAsJohn()
      let other = try await relay.joinAsJohn()
      let status = try await john.status()
      #expect(status["status"] == ["data_incoming": true, "data_pushing": true, "data_pulling": false])
      #expect(status["accounts"]?.keys == ["0", "\(relay.home.harbor.id)", "\(relay.home.dock.id)"])
      #expect(try await other.rest() == [])
    }
  }

  @Test func goingOfflineAndLiveIsTold() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      let mary = try await relay.joinAsMary(.read)
      try await twitch.goOffline("harbor")
      for browser in [john, mary] {
        let status = try await browser.next("status")
        #expect(status["status"]?["data_pushing"] == false)
        #expect(status["accounts"]?.keys == ["0"])
      }
      try await twitch.goLive("harbor")
      for browser in [john, mary] {
        #expect(try await browser.next("status")["status"]?["data_incoming"] == true)
      }
    }
  }

  @Test func aChannelThatIsLiveAtStartIsFound() async throws {
    try await withRelay(isLive: false) { relay, twitch in
      let store = relay.home.store
      try await twitch.goLive("pier")
      let john = try await relay.joinAsMary()
      _ = try await john.status()
      try await store.shareAccount(relay.home.pier.id, with: relay.home.john.id)
      _ = try await store.setAccounts([relay.home.harbor.id, relay.home.pier.id], of: relay.home.stream.id)
      let status = try await john.next("status")
      #expect(status["accounts"]?["\(relay.home.pier.id)"]?["live"] == true)
      #expect(status["accounts"]?["\(relay.home.harbor.id)"]?["live"] == false)
    }
  }

  /// No stream carries dock's chat, so that no event says that it is live.
  @Test func thatTheUsersOwnAccountGoesLiveIsTold() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      let dock = "\(relay.home.dock.id)"
      #expect(try await john.status()["accounts"]?[dock]?["live"] == false)
      try await twitch.goLive("dock")
      #expect(try await john.next("status")["accounts"]?[dock]?["live"] == true)
    }
  }

  @Test func whoseTokenMayNotSendIsNotWritable() async throws {
    try await withRelay { relay, twitch in
      let home = relay.home
      let john = try await relay.joinAsJohn()
      _ = try await home.store.linkAccount(home.dock.identity, tokens: twitch.link("2", scopes: []), to: home.john.id)
      #expect(try await john.next("status")["accounts"]?["\(home.dock.id)"]?["writable"] == false)
      await john.send("writer", from: home.dock.id, to: home.harbor.id)
      #expect(try await john.next()["type"] == "error")
    }
  }

  @Test func whatTwitchDidNotSayOfATokenIsAskedAgainSoon() async throws {
    try await withRelay {
      $0.validationPause = .milliseconds(100)
    } _: { relay, twitch in
      try await twitch.expireTokens(of: "dock", refreshToo: true)
      await twitch.add(Simulator.CallFault("GET", "/oauth2/validate", times: 3, status: 503))
      try await relay.restart { again in
        let john = try await again.joinAsJohn()
        let dock = "\(relay.home.dock.id)"
        var status = try await john.status()
        while status["accounts"]?[dock]?["writable"] != false { status = try await john.next("status") }
      }
    }
  }

  @Test func linkingAndUnlinkingIsTold() async throws {
    try await withRelay { relay, twitch in
      let home = relay.home
      let john = try await relay.joinAsJohn()
      try await home.store.shareAccount(home.pier.id, with: home.john.id)
      #expect(try await john.next("status")["accounts"]?["\(home.pier.id)"]?["writable"] == true)
      try await home.store.removeAccount(home.dock.id)
      #expect(try await john.next("status")["accounts"]?.keys == ["0", "\(home.harbor.id)", "\(home.pier.id)"])
    }
  }

  @Test func whatPeopleDoIsNoReasonForAStatus() async throws {
    try await withRelay { relay, twitch in
      let (dock, harbor) = (relay.home.dock.id, relay.home.harbor.id)
      let john = try await relay.joinAsJohn()
      let other = try await relay.joinAsJohn()
      await john.send("writer", from: dock, to: harbor)
      try await other.next("writerresult")
      await john.send("text", from: dock, to: harbor, text: "x")
      try await other.next("text")
      try await twitch.updateChannel("harbor", .init(title: "A new title"))
      try await twitch.expireTokens(of: "harbor")
      await john.send("text", from: harbor, to: harbor, text: "y")
      try await other.next("text")
      // The first status that comes unasked is about something that matters.
      let home = relay.home
      try await home.store.shareAccount(home.pier.id, with: home.john.id)
      #expect(try await other.next("status")["accounts"]?.keys.contains("\(home.pier.id)") == true)
      #expect(try await other.rest() == [])
      #expect(try await other.status()["accounts"]?["\(harbor)"]?["title"] == "A new title")
    }
  }

  @Test func whileNobodyIsLiveNothingCanBeSentToChannels() async throws {
    try await withRelay(isLive: false) { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await john.send("text", from: harbor, to: harbor, text: "x")
      await john.send("writer", from: harbor, to: harbor)
      for _ in 0..<2 { #expect(try await john.next("error")["code"] == "not_live") }
      _ = try await relay.home.store.setChatWhenOffline(true, of: relay.home.stream.id)
      let status = try await john.next("status")
      #expect(status["status"]?["data_pushing"] == false)
      #expect(status["accounts"]?["\(harbor)"]?["live"] == false)
      await john.send("text", from: harbor, to: harbor, text: "x")
      #expect(try await twitch.sentMessage(0).text == "x")
    }
  }

  @Test func viewCountsAreAnsweredAndPushedWhenTheyChange() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      await john.send(#"{"type":"viewcount"}"#)
      #expect(
        try await john.next("viewcountresult") == [
          "type": "viewcountresult", "viewer_count": 42,
          "stream_id": .number(Double(relay.home.stream.id.rawValue)),
          "account_id": .number(Double(relay.home.harbor.id.rawValue)),
        ])
      try await twitch.updateChannel("harbor", .init(viewers: 43))
      #expect(try await john.next("viewcountresult")["viewer_count"] == 43)
      #expect(try await john.rest() == [])
    }
  }

  @Test func whileNobodyIsLiveEveryChannelHasNoViewers() async throws {
    try await withRelay(isLive: false) { relay, _ in
      let john = try await relay.joinAsJohn()
      await john.send(#"{"type":"viewcount"}"#)
      #expect(try await john.next("viewcountresult")["viewer_count"] == 0)
      // The chat may just be subscribed to, before which something may have been said.
      #expect(try await john.rest().allSatisfy { $0["type"] == "gap" })
    }
  }
}
