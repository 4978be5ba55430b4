import Storage
import TestSupport
import Testing

@testable import ChatRelay
@testable import Twitch

@Suite struct LineTests {
  private let images = EmoteImages(template: EmoteImages.twitch)

  private let prime = BadgeSet.Version(id: "1", title: "Prime", imageURL: "https://b/2")

  private func line(_ message: ChatMessage, picture: String? = nil) throws -> JSON {
    try JSON(
      Line(
        stream: StreamID(rawValue: 21), account: AccountID(rawValue: 14), message: message, picture: picture,
        badges: message.badges.map { WornBadge(badge: $0) },
        sourceBadges: message.source?.badges.map { WornBadge(badge: $0, appearance: WornBadge.Appearance(prime)) }
          ?? [],
        time: try #require(Timestamp("2026-03-14T18:05:31.123456789Z")), body: RichText(message.body, images: images)))
  }

  private func message(_ fragments: [Fragment]) -> ChatMessage {
    ChatMessage(
      id: "m1", broadcaster: ChatUser(id: "1", login: "b", name: "B"),
      chatter: ChatUser(id: "146521877", login: "gamethattunedev", name: "GameThatTuneDev"),
      body: ChatText(fragments.map(\.text).joined(), fragments: fragments))
  }

  @Test func aPlainLineHasWhatTheWikiShowsAndIDAndTime() throws {
    #expect(
      try line(message([Fragment("here's one")])) == [
        "type": "text", "stream_id": 21, "account_id": 14, "network": "twitch", "id": "m1",
        "timestamp": 1_773_511_531_123, "text": "here's one", "markdown": "here's one",
        "from": ["id": "146521877", "name": "GameThatTuneDev", "login": "gamethattunedev"],
      ])
  }

  @Test func anActionIsAnEmote() throws {
    var message = message([Fragment("is loving this")])
    message.isAction = true
    #expect(try line(message)["type"] == "emote")
  }

  @Test func partsAreCountedInCodePoints() throws {
    let json = try line(
      message([
        Fragment("👨‍👩‍👧 "), Fragment("@潮風", .mention(ChatUser(id: "9", login: "shio", name: "潮風"))), Fragment(" "),
        Fragment("Kappa", .emote(Emote(id: "25"))), Fragment(" "),
        Fragment("Cheer100", .cheermote(Cheermote(prefix: "Cheer", bits: 100, tier: 100))),
      ]))
    #expect(json["mentions"] == [["id": "9", "name": "潮風", "login": "shio", "begin": 6, "end": 9]])
    let url = "https://static-cdn.jtvnw.net/emoticons/v2/25/default/dark/1.0"
    #expect(json["emotes"] == [["id": "25", "name": "Kappa", "url": .text(url), "begin": 10, "end": 15]])
    #expect(json["markdown"]?.text == "👨‍👩‍👧 @潮風 ![Kappa](\(url)) Cheer100")
    #expect(json["cheer"] == nil)
  }

  @Test func richKeysSayWhatTwitchSays() throws {
    var message = message([Fragment("Cheer100", .cheermote(Cheermote(prefix: "Cheer", bits: 100, tier: 100)))])
    message.color = "#8A2BE2"
    message.badges = [Badge(setID: "subscriber", id: "12", info: "16")]
    message.cheerBits = 100
    message.type = "user_intro"
    message.reply = Reply(parentID: "p", parentText: "hm", parentUser: ChatUser(id: "5", login: "x"), threadID: "t")
    message.source = SharedSource(
      broadcaster: ChatUser(id: "7", name: "N"), messageID: "s", badges: [Badge(setID: "premium", id: "1")])
    let json = try line(message, picture: "https://p/1.png")
    #expect(json["color"] == "#8A2BE2")
    #expect(json["badges"] == [["set_id": "subscriber", "id": "12", "info": "16"]])
    #expect(
      json["cheer"] == [
        "bits": 100, "cheermotes": [["prefix": "Cheer", "bits": 100, "tier": 100, "begin": 0, "end": 8]],
      ])
    #expect(json["message_type"] == "user_intro")
    #expect(
      json["reply"] == [
        "message_id": "p", "text": "hm", "from": ["id": "5", "name": "x", "login": "x"], "thread_id": "t",
      ])
    #expect(
      json["source"] == [
        "id": "7", "name": "N", "message_id": "s",
        "badges": [["set_id": "premium", "id": "1", "info": "", "title": "Prime", "url": "https://b/2"]],
      ])
    #expect(json["from"]?["picture"] == "https://p/1.png")
  }

  @Test func aTextBeyondAllMeasureIsCut() throws {
    let long = String(repeating: "é", count: 600_000)
    let json = try line(message([Fragment("x"), Fragment(long), Fragment("Kappa", .emote(Emote(id: "25")))]))
    #expect(json["text"]?.text == "x" + String(repeating: "é", count: RichText.longest - 1))
    #expect(json["emotes"] == nil)
  }

  @Test func whatNobodyIsToSeeIsLeftOut() throws {
    var message = message([Fragment("a\u{1}b "), Fragment("Kappa", .emote(Emote(id: "25")))])
    message.color = "red;x"
    let json = try line(message)
    #expect(json["text"] == "ab Kappa")
    #expect(json["emotes"]?[0]?["begin"] == 3)
    #expect(json["color"] == nil)
  }

  @Test func anEmotesIDStaysInItsPlace() throws {
    let json = try line(message([Fragment("x", .emote(Emote(id: "../../a?b#c)")))]))
    #expect(json["emotes"]?[0]?["url"] == "https://static-cdn.jtvnw.net/emoticons/v2/abc/default/dark/1.0")
  }

  @Test func aNameCannotBeMarkup() throws {
    var message = message([Fragment("x")])
    message.chatter.name = "<img onerror=x>[y](z)[\u{301}](z)"
    #expect(try line(message)["from"]?["name"] == "＜img onerror=x>［y](z)［\u{301}](z)")
  }
}
