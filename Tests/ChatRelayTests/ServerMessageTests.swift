import Foundation
import Storage
import TestSupport
import Testing
import Twitch

@testable import ChatRelay

@Suite struct ServerMessageTests {
  private let route = Route(sender: AccountID(rawValue: 17), target: AccountID(rawValue: 14))
  private let time = Timestamp(Date(timeIntervalSince1970: 1_773_511_531))

  @Test func aWriterResultIsTheWikis() throws {
    #expect(
      try JSON(WriterResult(route: route)) == ["type": "writerresult", "account_id": 17, "cur_stream_account_id": 14])
  }

  @Test func aViewCountResultIsTheWikis() throws {
    let result = ViewCountResult(stream: StreamID(rawValue: 21), account: AccountID(rawValue: 14), count: 3)
    #expect(
      try JSON(result) == ["type": "viewcountresult", "viewer_count": 3, "stream_id": 21, "account_id": 14])
  }

  @Test func aSendResultTellsTheOutcome() throws {
    let sent = SendResult(style: .emote, id: "a", route: route, outcome: .sent(id: "m"))
    #expect(
      try JSON(sent) == [
        "type": "emoteresult", "id": "a", "account_id": 17, "cur_stream_account_id": 14, "is_sent": true,
        "message_id": "m",
      ])
    let dropped = SendResult(style: .text, id: "a", route: route, outcome: .dropped(code: "c", message: "m"))
    #expect(
      try JSON(dropped) == [
        "type": "textresult", "id": "a", "account_id": 17, "cur_stream_account_id": 14, "is_sent": false,
        "drop_reason": ["code": "c", "message": "m"],
      ])
  }

  @Test func anErrorNamesItsRequest() throws {
    let error = ErrorMessage(
      error: RequestError(.textEmpty, "No."), request: RequestReference(type: "text", id: "a"))
    #expect(
      try JSON(error) == [
        "type": "error", "code": "text_empty", "message": "No.", "request": ["type": "text", "id": "a"],
      ])
    let nameless = ErrorMessage(error: RequestError(.malformed, "No."), request: RequestReference())
    #expect(try JSON(nameless)["request"] == [:])
  }

  @Test func moderationNamesWhatGoes() throws {
    func json(_ what: ModerationMessage.What) throws -> JSON {
      let (stream, account) = (StreamID(rawValue: 21), AccountID(rawValue: 14))
      return try JSON(ModerationMessage(stream: stream, account: account, what: what, time: time))
    }
    #expect(
      try json(.message("m")) == ["type": "delete", "stream_id": 21, "account_id": 14, "message_id": "m"])
    #expect(try json(.user("u")) == ["type": "clear", "stream_id": 21, "account_id": 14, "user_id": "u"])
    #expect(try json(.everything) == ["type": "clear", "stream_id": 21, "account_id": 14])
  }

  @Test func aNoticeKeepsTwitchsSentenceAndTheUsersWords() throws {
    let text = ChatText("ten Kappa", fragments: [Fragment("ten "), Fragment("Kappa", .emote(Emote(id: "25")))])
    let notice = ChatNotice(
      id: "n", broadcaster: ChatUser(id: "1"), chatter: ChatUser(id: "2", login: "t", name: "T"), noticeType: "resub",
      systemMessage: "T subscribed.", body: text, color: "#1E90FF")
    let json = try JSON(message(notice))
    #expect(json["type"] == "notice")
    #expect(json["notice_type"] == "resub")
    #expect(json["text"] == "T subscribed.")
    #expect(json["from"] == ["id": "2", "name": "T", "login": "t"])
    #expect(json["message"] == "ten Kappa")
    #expect(json["emotes"]?[0]?["begin"] == 4)
  }

  @Test func anAnonymousNoticeNamesNobody() throws {
    let notice = ChatNotice(id: "n", broadcaster: ChatUser(id: "1"), noticeType: "brand_new", systemMessage: "Five!")
    #expect(
      try JSON(message(notice)).keys == [
        "type", "stream_id", "account_id", "network", "id", "timestamp", "notice_type", "text",
      ])
  }

  private func message(_ notice: ChatNotice) -> NoticeMessage {
    NoticeMessage(
      stream: StreamID(rawValue: 21), account: AccountID(rawValue: 14), notice: notice,
      badges: notice.badges.map { WornBadge(badge: $0) }, time: time,
      body: RichText(notice.body, images: EmoteImages(template: EmoteImages.twitch)))
  }
}
