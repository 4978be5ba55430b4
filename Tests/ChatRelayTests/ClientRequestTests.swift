import Storage
import TestSupport
import Testing

@testable import ChatRelay

@Suite struct ClientRequestTests {
  private func request(_ text: String) -> ClientRequest { ClientRequest(Array(text.utf8)) }

  @Test func aCommaInATextIsNoTrailingOne() {
    #expect(request(#"{"x":",}\",]","type":"status"}"#).action == .success(.status))
  }

  @Test func anEmptyStatusIsEnough() {
    #expect(request(#"{"type":"status"}"#).action == .success(.status))
    #expect(request(#" { "type" : "viewcount", "more": [1, {}] } "#).action == .success(.viewCount))
  }

  @Test(arguments: ["17", "\"17\"", "17.0", "\"017\""])
  func anIDMayBeAnIntegerOrDigits(_ id: String) {
    let route = Route(sender: AccountID(rawValue: 17), target: AccountID(rawValue: 14))
    let text = #"{"type":"writer","account_id":\#(id),"cur_stream_account_id":"14"}"#
    #expect(request(text).action == .success(.writer(route)))
  }

  @Test(arguments: [
    ("", ErrorCode.malformed), ("{", .malformed), ("[]", .malformed), ("\"status\"", .malformed), ("null", .malformed),
    (#"{"type":"status"} {}"#, .malformed), (#"{"type":"status",}"#, .malformed),
    (#"{"a":[1, ],"type":"x"}"#, .malformed), ("{\"type\":\"status\",\"x\":\"two\nlines\"}", .malformed),
    (#"{"type":"status","x":00}"#, .malformed),
    ("{\0\"\0t\0y\0p\0e\0\"\0:\0\"\0s\0t\0a\0t\0u\0s\0\"\0}\0", .malformed),
    ("{}", .missingKey), (#"{"type":null}"#, .missingKey), (#"{"type":7}"#, .invalidKey),
    (#"{"type":"dance"}"#, .unknownType), (#"{"type":"Status"}"#, .unknownType),
    (#"{"type":"writer"}"#, .missingKey), (#"{"type":"writer","account_id":1}"#, .missingKey),
    (#"{"type":"writer","account_id":1,"cur_stream_account_id":"x"}"#, .invalidKey),
    (#"{"type":"writer","account_id":-1,"cur_stream_account_id":1}"#, .invalidKey),
    (#"{"type":"writer","account_id":"-1","cur_stream_account_id":1}"#, .invalidKey),
    (#"{"type":"writer","account_id":"+1","cur_stream_account_id":1}"#, .invalidKey),
    (#"{"type":"writer","account_id":1.5,"cur_stream_account_id":1}"#, .invalidKey),
    (#"{"type":"writer","account_id":true,"cur_stream_account_id":1}"#, .invalidKey),
    (#"{"type":"writer","account_id":99999999999999999999,"cur_stream_account_id":1}"#, .invalidKey),
    (#"{"type":"text","account_id":1,"cur_stream_account_id":1}"#, .missingKey),
    (#"{"type":"text","account_id":1,"cur_stream_account_id":1,"text":5}"#, .invalidKey),
    (#"{"type":"text","account_id":1,"cur_stream_account_id":1,"text":"  "}"#, .textEmpty),
    (#"{"type":"status","id":5}"#, .invalidKey),
  ])
  func whatIsWrongIsNamed(_ frame: String, _ code: ErrorCode) {
    #expect(throws: RequestError.self) { try request(frame).action.get() }
    if case .failure(let error) = request(frame).action { #expect(error.code == code) }
  }

  @Test func anErrorNamesTheRequestAsFarAsItWasRead() {
    #expect(request(#"{"type":"dance","id":"a1"}"#).reference == RequestReference(type: "dance", id: "a1"))
    #expect(request(#"{"id":"a1"}"#).reference == RequestReference(type: nil, id: "a1"))
    #expect(request(#"{"type":"status","id":1}"#).reference == RequestReference(type: "status", id: nil))
    #expect(request("nonsense").reference == RequestReference())
  }

  @Test func anIDHasAtMost64Characters() {
    let longest = String(repeating: "é", count: 64)
    #expect(request(#"{"type":"status","id":"\#(longest)"}"#).reference.id == longest)
    guard case .failure(let error) = request(#"{"type":"status","id":"\#(longest)x"}"#).action else {
      Issue.record("65 characters were accepted")
      return
    }
    #expect(error.code == .invalidKey)
  }

  @Test func depthIsNoWayToCrash() {
    let deep = String(repeating: "[", count: 60_000)
    #expect(request(#"{"type":"status","x":\#(deep)}"#).action == .failure(malformed))
  }

  private var malformed: RequestError { RequestError(.malformed, "A request is one JSON object.") }
}
