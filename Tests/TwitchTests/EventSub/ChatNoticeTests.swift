import Testing

@testable import Twitch

@Suite struct ChatNoticeTests {
  private func notice(_ name: String) throws -> ChatNotice {
    let frame = Array(try Sample("notification_channel_chat_notification_\(name)").data)
    guard case .notification(let notification) = try decoded(frame),
      case .notice(let notice) = notification.event
    else { throw EventSubError.unreadable("no notice") }
    return notice
  }

  @Test(arguments: [
    "announcement", "bits_badge_tier", "charity_donation", "gift_paid_upgrade", "modiversary", "pay_it_forward",
    "prime_paid_upgrade", "raid", "resub", "shared_chat_resub", "sub", "sub_gift", "unraid", "watch_streak",
  ])
  func everyTypeIsReadWithItsChatter(type: String) throws {
    let notice = try notice(type)
    #expect(notice.noticeType == type)
    #expect(notice.broadcaster.login == "harborlight")
    #expect(notice.chatter?.id.rawValue.isEmpty == false)
    #expect(notice.systemMessage.isEmpty == (type == "announcement"))
  }

  @Test func somebodyAnonymousIsNobody() throws {
    let notice = try notice("community_sub_gift_anonymous")
    #expect(notice.noticeType == "community_sub_gift")
    #expect(notice.chatter == nil)
    #expect(notice.systemMessage == "An anonymous user is gifting 5 Tier 1 Subs to HarborLight's community!")
    #expect(notice.body == ChatText(""))
    #expect(notice.color == nil)
  }

  @Test func whatTheUserWroteComesAlong() throws {
    let notice = try notice("resub")
    #expect(notice.id == "ea1252e6-eacf-432d-ab6d-aa2f49baf945")
    #expect(notice.body == ChatText("ten months!", fragments: [Fragment("ten months!")]))
    #expect(notice.badges == [Badge(setID: "subscriber", id: "9", info: "10")])
  }

  @Test func aNoticeFromAnotherChannelNamesIt() throws {
    let source = try notice("shared_chat_resub").source
    #expect(source?.broadcaster.login == "northpier")
    #expect(source?.messageID == "677d4606-cfc8-4075-a20f-b41659dff774")
  }

  @Test func anUnknownTypeIsKept() throws {
    let notice = try notice("unknown_type")
    #expect(notice.noticeType == "brand_new_notice")
    #expect(notice.systemMessage == "TideWatch did something new!")
  }
}
