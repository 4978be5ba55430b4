import HTTPTypes
import Storage
import TestSupport
import Testing
import TwitchSimulator
import WebSockets

/// Who gets in, how a connection ends, and what is answered to nonsense.
@Suite struct ConnectionTests {
  @Test func whoMayNotComeInIsToldTheSameWhateverTheReason() async throws {
    try await withRelay(isLive: false) { relay, _ in
      let (id, mary) = (relay.home.stream.id, relay.home.marysToken.reveal())
      for (query, stream) in [
        ("", "\(id)"), ("?token=", "\(id)"), ("?token=nonsense", "\(id)"), ("?token=\(mary)", "\(id)"),
        ("?token=\(mary)", "999"), ("?token=\(mary)", "x"), ("?token=\(relay.home.johnsToken.reveal())", "999"),
      ] {
        do {
          _ = try await relay.join(query: query, stream: stream)
          Issue.record("\(query) came in")
        } catch ConnectError.refused(let status) {
          #expect(status == 403)
        }
      }
    }
  }

  @Test func nothingIsSaidUnasked() async throws {
    try await withRelay { relay, _ in
      let john = try await relay.joinAsJohn()
      let other = try await relay.joinAsJohn()
      #expect(try await john.rest() == [])
      #expect(try await other.rest() == [])
    }
  }

  @Test func errorsLeaveTheConnectionOpen() async throws {
    try await withRelay { relay, _ in
      let john = try await relay.joinAsJohn()
      let harbor = relay.home.harbor.id
      for (request, code) in [
        ("nonsense", "malformed"), (#"{"type":"dance","id":"x"}"#, "unknown_type"), ("{}", "missing_key"),
        (#"{"type":"writer","account_id":[],"cur_stream_account_id":1}"#, "invalid_key"),
        (#"{"type":"text","account_id":\#(harbor),"cur_stream_account_id":\#(harbor),"text":" "}"#, "text_empty"),
        (
          #"{"type":"text","account_id":\#(harbor),"cur_stream_account_id":\#(harbor),"text":"\#(String(repeating: "x", count: 501))"}"#,
          "text_too_long"
        ),
        (#"{"type":"writer","account_id":\#(harbor),"cur_stream_account_id":999}"#, "unknown_account"),
        (#"{"type":"text","account_id":0,"cur_stream_account_id":\#(harbor),"text":"x"}"#, "not_permitted"),
        (#"{"type":"writer","account_id":999,"cur_stream_account_id":\#(harbor)}"#, "not_permitted"),
        (
          #"{"type":"text","account_id":\#(relay.home.pier.id),"cur_stream_account_id":\#(harbor),"text":"x"}"#,
          "not_permitted"
        ),
      ] {
        await john.send(request)
        let error = try await john.next("error")
        #expect(error["code"]?.text == code)
        #expect(error["message"]?.text?.isEmpty == false)
      }
      #expect(try await john.rest() == [])
    }
  }

  @Test func anErrorNamesTheRequest() async throws {
    try await withRelay(isLive: false) { relay, _ in
      let john = try await relay.joinAsJohn()
      await john.send("writer", from: 1, to: 999, id: "w1")
      #expect(try await john.next("error")["request"] == ["type": "writer", "id": "w1"])
    }
  }

  @Test func whoMayOnlyReadMaySendNothing() async throws {
    try await withRelay { relay, twitch in
      let mary = try await relay.joinAsMary(.read)
      let (pier, harbor) = (relay.home.pier.id, relay.home.harbor.id)
      await mary.send("writer", from: pier, to: harbor)
      await mary.send("text", from: harbor, to: harbor, text: "x")
      await mary.send("text", from: 0, to: 0, text: "x")
      await mary.send("emote", from: pier, to: harbor, text: "/msg john x")
      await mary.send("writer", from: 0, to: 0)
      for _ in 0..<5 { #expect(try await mary.next("error")["code"] == "not_permitted") }
      await mary.send(#"{"type":"viewcount"}"#)
      try await mary.next("viewcountresult")
      #expect(try await mary.rest() == [])
      #expect(await twitch.sentMessages().isEmpty)
    }
  }

  @Test func aFloodIsToldAndClosed() async throws {
    try await withRelay(isLive: false) { relay, _ in
      let john = try await relay.joinAsJohn()
      for _ in 0..<300 { await john.send("{}") }
      for _ in 0..<100 { #expect(try await john.next("error")["code"] == "missing_key") }
      #expect(try await john.closed().code == 1008)
      var last: JSON = [:]
      while let error = try? await john.next("error") { last = error }
      #expect(last["code"] == "rate_limited")
    }
  }

  @Test func aMessageOver64KiBIsTooBig() async throws {
    try await withRelay(isLive: false) { relay, _ in
      let john = try await relay.joinAsJohn()
      await john.send(String(repeating: " ", count: 1 << 16))
      #expect(try await john.next("error")["code"] == "malformed")
      await john.send(String(repeating: " ", count: 1 << 16 + 1))
      #expect(try await john.closed().code == 1009)
    }
  }

  @Test func whoLosesAccessIsSentAway() async throws {
    try await withRelay { relay, _ in
      let home = relay.home
      let john = try await relay.joinAsJohn()
      let mary = try await relay.joinAsMary()
      try await home.store.shareStream(home.stream.id, with: home.mary.id, StreamShare())
      #expect(try await mary.closed().code == 1008)
      #expect(try await john.rest() == [])
      _ = try await home.store.resetAccessTokens(for: home.john.id)
      #expect(try await john.closed().code == 1008)
    }
  }

  @Test func aRemovedStreamIsClosed() async throws {
    try await withRelay { relay, _ in
      let john = try await relay.joinAsJohn()
      try await relay.home.store.removeStream(relay.home.stream.id)
      #expect(try await john.closed().code == 1008)
    }
  }
}
