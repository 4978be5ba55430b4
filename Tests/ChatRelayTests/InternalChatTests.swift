import Storage
import TestSupport
import Testing
import TwitchSimulator

/// Account 0: `/irc` and `/msg`.
@Suite struct InternalChatTests {
  @Test func aLineReachesTheStreamAndNoOther() async throws {
    try await withRelay(isLive: false) { relay, _ in
      let john = try await relay.joinAsJohn()
      let mary = try await relay.joinAsMary()
      let second = try await relay.home.store.addStream(named: "Other", accounts: [], owner: relay.home.john.id)
      let elsewhere = try await relay.joinWhenAllowed(relay.home.johnsToken, stream: second.id)
      await mary.send("text", from: 0, to: 0, text: "yay *", id: "a1")
      #expect(try await mary.next("textresult")["is_sent"] == true)
      for browser in [john, mary] {
        let line = try await browser.next("text")
        #expect(line["account_id"] == 0)
        #expect(line["network"] == "irc")
        #expect(line["from"] == ["id": .number(Double(relay.home.mary.id.rawValue)), "name": "mary"])
        #expect(line["text"] == "yay *")
        #expect(line["markdown"]?.text == #"yay \*"#)
        #expect(line["to"] == nil)
        #expect(line["stream_id"] == nil)
        #expect(line["id"]?.text != nil)
      }
      #expect(try await elsewhere.rest() == [])
    }
  }

  @Test func aPrefixSendsItThereWhateverTheAccount() async throws {
    try await withRelay { relay, twitch in
      let harbor = relay.home.harbor.id
      let john = try await relay.joinAsJohn()
      await john.send("emote", from: harbor, to: harbor, text: "/irc waves")
      let line = try await john.next("emote")
      #expect(line["account_id"] == 0)
      #expect(line["text"] == "waves")
      #expect(await twitch.sentMessages().isEmpty)
    }
  }

  @Test func aPrivateMessageReachesBothUsersEverywhereAndNobodyElse() async throws {
    try await withRelay { relay, _ in
      let home = relay.home
      let anna = try await home.store.addUser(named: "anna")
      try await home.store.shareStream(home.stream.id, with: anna.user.id, StreamShare(chatLevel: .write))
      let marysStream = try await home.store.addStream(named: "Hers", accounts: [], owner: home.mary.id)
      let bystander = try await relay.joinWhenAllowed(anna.token)
      let john = try await relay.joinAsJohn()
      let johnAgain = try await relay.joinAsJohn()
      let mary = try await relay.joinWhenAllowed(home.marysToken, stream: marysStream.id)
      await john.send("text", from: 0, to: 0, text: "/msg Mary hey ban this guy")
      for browser in [john, johnAgain, mary] {
        let line = try await browser.next("text")
        #expect(line["account_id"] == 0)
        #expect(line["text"] == "hey ban this guy")
        #expect(line["markdown"] == "hey ban this guy")
        #expect(line["from"] == ["id": .number(Double(home.john.id.rawValue)), "name": "john"])
        #expect(line["to"] == ["id": .number(Double(home.mary.id.rawValue)), "name": "mary"])
        #expect(try await browser.rest() == [])
      }
      #expect(try await bystander.rest() == [])
    }
  }

  @Test func aMessageToNobodyIsAnError() async throws {
    try await withRelay(isLive: false) { relay, _ in
      let john = try await relay.joinAsJohn()
      await john.send("text", from: 0, to: 0, text: "/msg nobody hello")
      #expect(try await john.next("error")["code"] == "unknown_user")
    }
  }
}
