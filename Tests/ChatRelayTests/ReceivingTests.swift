import ChatRelay
import Storage
import TestSupport
import Testing
import TwitchSimulator
import WebSockets

/// From Twitch to browsers.
@Suite struct ReceivingTests {
  @Test func aLineReachesEverybodyOnTheStream() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      let mary = try await relay.joinAsMary(.read)
      let said = try await twitch.say(.init(from: "gull", "hello *there*", color: "#1E90FF"), in: "harbor")
      for browser in [john, mary] {
        let line = try await browser.next("text")
        #expect(line["account_id"] == .number(Double(relay.home.harbor.id.rawValue)))
        #expect(line["stream_id"] == .number(Double(relay.home.stream.id.rawValue)))
        #expect(line["network"] == "twitch")
        #expect(line["text"] == "hello *there*")
        #expect(line["markdown"]?.text == #"hello \*there\*"#)
        #expect(line["from"]?["id"] == "9")
        #expect(line["from"]?["name"] == "Gull")
        #expect(line["id"]?.text == said.id.rawValue)
        #expect(line["color"] == "#1E90FF")
        #expect(try await browser.rest() == [])
      }
    }
  }

  @Test func anActionIsAnEmoteWithoutItsWrapper() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.say(.init(from: "gull", "is loving this", action: true), in: "harbor")
      let emote = try await john.next("emote")
      #expect(emote["text"] == "is loving this")
      #expect(emote["markdown"] == "is loving this")
    }
  }

  @Test func partsOfALineBecomeRichKeys() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      let first = try await twitch.say(.init(from: "gull", "first"), in: "harbor")
      try await twitch.say(
        .init(from: "gull", "Kappa Cheer100", replyTo: first.id, badges: [.init("vip")]), in: "harbor")
      try await john.next("text")
      let line = try await john.next("text")
      #expect(line["text"] == "@Gull Kappa Cheer100")
      #expect(line["emotes"]?[0]?["name"] == "Kappa")
      #expect(line["emotes"]?[0]?["begin"] == 6)
      #expect(line["emotes"]?[0]?["end"] == 11)
      #expect(line["emotes"]?[0]?["url"]?.text?.hasPrefix("http://127.0.0.1") == true)
      #expect(line["mentions"]?[0]?["name"] == "Gull")
      #expect(line["cheer"]?["bits"] == 100)
      #expect(line["reply"]?["message_id"]?.text == first.id.rawValue)
      #expect(line["reply"]?["text"] == "first")
      #expect(line["badges"]?[0]?["set_id"] == "vip")
      #expect(line["badges"]?[0]?["id"] == "1")
    }
  }

  @Test func badgesSayHowTheyLook() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      // No line waits for pictures: they are on one of the next.
      var worn: JSON?
      while worn?[1]?["url"] == nil {
        try await twitch.say(
          .init(from: "gull", "hi", badges: [.init("vip"), .init("subscriber", "6", info: "8")]), in: "harbor")
        worn = try await john.next("text")["badges"]
      }
      #expect(worn?[0]?["title"] == "VIP")
      #expect(worn?[0]?["url"]?.text?.hasSuffix("/badges/v1/vip-1/2") == true)
      #expect(worn?[1]?["title"] == "6-Month Subscriber")
      #expect(worn?[1]?["url"]?.text?.hasSuffix("/badges/v1/subscriber-6/2") == true)
      #expect(worn?[1]?["info"] == "8")
    }
  }

  @Test func sharedChatNamesItsSource() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.shareChat(["harbor", "pier"])
      try await twitch.say(.init(from: "gull", "over here"), in: "pier")
      let line = try await john.next("text")
      #expect(line["source"]?["login"] == "pier")
      #expect(line["source"]?["id"] == "3")
    }
  }

  @Test func moderationIsPassedOn() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      let account = JSON.number(Double(relay.home.harbor.id.rawValue))
      let said = try await twitch.say(.init(from: "gull", "rude"), in: "harbor")
      try await twitch.deleteMessage(said.id, in: "harbor")
      let deletion = try await john.next("delete")
      #expect(deletion["message_id"]?.text == said.id.rawValue)
      #expect(deletion["account_id"] == account)
      try await twitch.clearChat("harbor", of: "gull")
      #expect(try await john.next("clear")["user_id"] == "9")
      try await twitch.clearChat("harbor")
      let clear = try await john.next("clear")
      #expect(clear["user_id"] == nil)
      #expect(clear["account_id"] == account)
    }
  }

  @Test func noticesArePassedOn() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.notify(.init("resub", from: "gull", text: "ten Kappa", months: 10), in: "harbor")
      let notice = try await john.next("notice")
      #expect(notice["notice_type"] == "resub")
      #expect(notice["from"]?["name"] == "Gull")
      #expect(notice["message"] == "ten Kappa")
      #expect(notice["emotes"]?[0]?["begin"] == 4)
      #expect(notice["text"]?.text?.isEmpty == false)
      try await twitch.notify(.init("brand_new_thing", from: nil, systemMessage: "Something new"), in: "harbor")
      #expect(try await john.next("notice")["text"] == "Something new")
    }
  }

  @Test(arguments: [
    Simulator.DeliveryFault.Kind.duplicate, .duplicateNewId, .twoShards, .otherShard, .nullArrays, .unknownValues,
    .huge,
  ])
  func whateverTwitchDoesALineComesOnce(_ kind: Simulator.DeliveryFault.Kind) async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      await twitch.add(.init(kind, type: "channel.chat.message"))
      try await twitch.say(.init(from: "gull", "once"), in: "harbor")
      #expect(try await john.next("text")["text"] == "once")
      try await twitch.say(.init(from: "gull", "after"), in: "harbor")
      #expect(try await john.next("text")["text"] == "after")
      #expect(try await john.rest() == [])
    }
  }

  @Test func aPictureComesWithALaterLine() async throws {
    try await withRelay { relay, twitch in
      let john = try await relay.joinAsJohn()
      var last = await twitch.lastSequence()
      try await twitch.say(.init(from: "gull", "no picture yet"), in: "harbor")
      #expect(try await john.next("text")["from"]?["picture"] == nil)
      var isAskedFor = false
      while !isAskedFor {
        let calls = try await twitch.events("call", after: last)
        isAskedFor = calls.contains { $0.fields["path"]?.hasSuffix("/users") == true }
        last = calls.last?.sequence ?? last
      }
      // The answer is on its way now.
      var line: JSON = [:]
      for count in 0..<200 where line["from"]?["picture"] == nil {
        try await twitch.say(.init(from: "gull", "line \(count)"), in: "harbor")
        line = try await john.next("text")
      }
      #expect(line["from"]?["picture"]?.text?.hasPrefix("http") == true)
    }
  }

  @Test func aWebhookShardDeliversToo() async throws {
    let port = try await freePort()
    try await withRelay(configure: { configuration in
      configuration.server.port = port
      configuration.publicURL = "http://127.0.0.1:\(port)/"
      configuration.shards = 0
      configuration.webhookShards = 1
    }) { relay, twitch in
      let john = try await relay.joinAsJohn()
      try await twitch.say(.init(from: "gull", "posted"), in: "harbor")
      #expect(try await john.next("text")["text"] == "posted")
      #expect(try await twitch.replayWebhook() == 204)
      #expect(try await twitch.replayWebhook(badSignature: true) == 403)
      #expect(try await twitch.replayWebhook(ageSeconds: 700) == 403)
      #expect(try await john.rest() == [])
    }
  }
}
