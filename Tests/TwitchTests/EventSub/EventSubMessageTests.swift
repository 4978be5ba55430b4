import Testing

@testable import Twitch

@Suite struct EventSubMessageTests {
  private func message(_ name: String) throws -> EventSubMessage {
    try decoded(Array(Sample(name).data))
  }

  private let session: SessionID = "AgoQ9OarRrveQSCC1PBorLcHDxIGY2VsbC1h"

  @Test func aWelcomeNamesTheSessionAndItsKeepalive() throws {
    #expect(try message("ws_welcome") == .welcome(session, keepalive: .seconds(10)))
    #expect(try message("ws_welcome_after_reconnect") == .welcome(session, keepalive: .seconds(10)))
    #expect(
      try message("ws_welcome_keepalive_30")
        == .welcome("AgoQHQx-UpCkTA6xrWo_0rnocRIGY2VsbC1i", keepalive: .seconds(30)))
  }

  @Test(arguments: [
    ("9300000000000", 600), ("9223372036854775807", 600), ("99999999999999999999", 10), ("601", 600), ("600", 600),
    ("1", 1), ("0", 10), ("-5", 10), ("-9223372036854775808", 10), ("1e13", 10), ("null", 10), (#""30""#, 10),
    ("{}", 10),
  ])
  func aKeepaliveThatCannotBeIsNotBelieved(written: String, seconds: Int) throws {
    let frame = #"""
      {"metadata":{"message_type":"session_welcome"},
      "payload":{"session":{"id":"s","keepalive_timeout_seconds":\#(written)}}}
      """#
    #expect(try decoded(Array(frame.utf8)) == .welcome("s", keepalive: .seconds(seconds)))
  }

  @Test func aKeepaliveIsRead() throws {
    #expect(try message("ws_keepalive") == .keepalive)
  }

  @Test func theReconnectURLIsKeptAsItIs() throws {
    let url =
      "wss://cell-a.eventsub.wss.twitch.tv/ws?challenge=2dd00bd7-7e02-42ce-a882-665481a9c1d9&id=\(session)"
    #expect(try message("ws_reconnect") == .reconnect(url: url))
    let escaped = #"""
      {"metadata":{"message_type":"session_reconnect"},"payload":{"session":{"reconnect_url":"ws://h/ws?a=1\u0026b=2"}}}
      """#
    #expect(try decoded(Array(escaped.utf8)) == .reconnect(url: "ws://h/ws?a=1&b=2"))
  }

  @Test(arguments: [
    ("ws_revocation_authorization_revoked", "authorization_revoked", "channel.chat.message"),
    ("ws_revocation_chat_user_banned", "chat_user_banned", "channel.chat.message"),
    ("ws_revocation_moderator_removed", "moderator_removed", "channel.chat.message"),
    ("ws_revocation_user_removed", "user_removed", "stream.online"),
  ])
  func aRevocationSaysWhatAndWhy(name: String, status: String, type: String) throws {
    guard case .revocation(let revocation) = try message(name) else {
      Issue.record("no revocation")
      return
    }
    #expect(revocation.status == status)
    #expect(revocation.type.rawValue == type)
    #expect(revocation.broadcaster == "71092938")
    #expect(revocation.reader == (type == "stream.online" ? nil : "900112233"))
    #expect(!revocation.subscription.rawValue.isEmpty)
  }

  @Test func anUnknownTypeIsNotAnError() throws {
    let frame = #"{"metadata":{"message_id":"1","message_type":"session_party"},"payload":{"new":[]}}"#
    #expect(try decoded(Array(frame.utf8)) == .unknown(type: "session_party"))
  }

  @Test func theOrderOfKeysDoesNotMatter() throws {
    let frame = #"""
      {"payload":{"event":{"broadcaster_user_id":"1"},"subscription":{"condition":{},"type":"stream.offline","id":"s"}},
      "metadata":{"message_timestamp":"2026-03-14T18:00:00Z","message_type":"notification","message_id":"n"}}
      """#
    let expected = Notification(
      id: "n", timestamp: Timestamp("2026-03-14T18:00:00Z"),
      event: .streamOffline(broadcaster: ChatUser(id: "1")))
    #expect(try decoded(Array(frame.utf8)) == .notification(expected))
  }

  @Test func escapesInWhatIsLookedUpDoNotMatter() throws {
    let frame = #"""
      {"metadata":{"message_timestamp":"2026-03-14T18:00:00\u005a","message_type":"notification","message_id":"n",
      "subscription_type":"stream\u002eoffline"},"payload":{"event":{"broadcaster_user_id":"1"}}}
      """#
    let expected = Notification(
      id: "n", timestamp: Timestamp("2026-03-14T18:00:00Z"), event: .streamOffline(broadcaster: ChatUser(id: "1")))
    #expect(try decoded(Array(frame.utf8)) == .notification(expected))
  }

  @Test(arguments: [
    "{}", "[]", #"{"metadata":null,"payload":{}}"#, #"{"metadata":{},"payload":{}}"#,
    #"{"metadata":{"message_type":"session_welcome"},"payload":{}}"#,
    #"{"metadata":{"message_type":"session_welcome"},"payload":{"session":{"id":7}}}"#,
    #"{"metadata":{"message_type":"session_reconnect"},"payload":{"session":{"reconnect_url":null}}}"#,
    #"{"metadata":{"message_type":"notification","message_id":"1"},"payload":{}}"#,
    #"{"metadata":{"message_type":"notification"},"payload":{"subscription":{"id":"s","type":"x"},"event":{}}}"#,
    #"{"metadata":{"message_type":"revocation"},"payload":{}}"#,
    #"{"metadata":{"message_type":"session_keepalive"},"payload":{}} {}"#,
  ])
  func aFrameWithoutWhatItNeedsIsUnreadable(frame: String) {
    #expect(throws: EventSubError.self) { try decoded(Array(frame.utf8)) }
  }

  @Test func anErrorShowsNothingOfTheFrame() {
    let frame = #"{"metadata":{"message_type":"notification"},"payload":{"event":"secret words"#
    #expect { try decoded(Array(frame.utf8)) } throws: { !"\($0)".contains("secret") }
  }
}
