import HTTPTypes
import Testing

@testable import WebSockets

@Suite struct FirstHeadTests {
  private func head(_ text: String) -> FirstHead { FirstHead(Array(text.utf8)) }

  private let many = (0...40).map { "id=\($0)" }.joined(separator: "&")

  @Test(arguments: ["\r\n", "\n"])
  func aQueryOfManyParametersBecomesTheFirstHeader(lineEnd: String) {
    let request = ["GET /a?\(many) HTTP/1.1", "Host: x", "", ""].joined(separator: lineEnd)
    let rewritten = "GET /a HTTP/1.1\r\nx-chat-relay-query: \(many)\r\nHost: x\r\n\r\n"
    #expect(head(request) == .rewritten(Array(rewritten.utf8), count: request.utf8.count))
  }

  @Test func whatLibwebsocketsCanReadIsLeftToIt() {
    for request in ["GET /?a=1&b HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\n\r\nbody", "no request\n\n", "\r\n\r\n"] {
      #expect(head(request) == .plain)
    }
  }

  @Test func aBodyAfterManyParametersIsRefused() {
    #expect(head("POST /?\(many) HTTP/1.1\r\n\r\n") == .refused(.uriTooLong))
    #expect(head("DELETE /?\(many) HTTP/1.1\r\nContent-Length: 10\r\n\r\n") == .refused(.uriTooLong))
    #expect(head("DELETE /?\(many) HTTP/1.1\r\nContent-Length: 0\r\n\r\n") != .refused(.uriTooLong))
  }

  @Test func aPathOfManyParametersIsRefusedWithAQueryAndWithout() {
    #expect(head("GET /\(many) HTTP/1.1\r\n\r\n") == .refused(.uriTooLong))
    #expect(head("GET /\(many)?a=1 HTTP/1.1\r\n\r\n") == .refused(.uriTooLong))
  }

  @Test(arguments: ["", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x\r\n"])
  func aHeadWithoutItsEndIsIncomplete(request: String) {
    #expect(head(request) == .incomplete)
  }

  @Test func whatIsTooLongIsRefusedBeforeItsEnd() {
    #expect(head("GET /" + String(repeating: "x", count: FirstHead.lineLimit)) == .refused(.uriTooLong))
    let header = "a: " + String(repeating: "x", count: 1000) + "\r\n"
    #expect(
      head("GET / HTTP/1.1\r\n" + String(repeating: header, count: 15)) == .refused(.requestHeaderFieldsTooLarge))
  }

  @Test func aControlCharacterIsRefused() {
    #expect(head("GET / HTTP/1.1\r\na: b\0c\r\n\r\n") == .refused(.badRequest))
    #expect(head("GET / HTTP/1.1\r\na: b\tc\r\n\r\n") != .refused(.badRequest))
    #expect(head("POST / HTTP/1.1\r\n\r\n\0") != .refused(.badRequest))
  }
}
