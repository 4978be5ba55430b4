import Testing

@testable import WebSockets

@Suite struct ClientHandshakeTests {
  private func connect(answering answer: (_ accept: String) -> String) async throws {
    let address = try #require(Address("ws://127.0.0.1:1/ws?a=b"))
    var handshake = ClientHandshake(address)
    let request = String(decoding: handshake.request, as: UTF8.self)
    #expect(request.hasPrefix("GET /ws?a=b HTTP/1.1\r\nHost: 127.0.0.1:1\r\n") && request.hasSuffix("\r\n\r\n"))
    let bytes = Array(answer(handshake.accept).utf8)
    #expect(try handshake.receive(Array(bytes.prefix(20))) == nil)
    #expect(try handshake.receive(Array(bytes.dropFirst(20))) == Array("frames".utf8))
  }

  private func switching(_ fields: String) -> String { "HTTP/1.1 101 Switching\r\n\(fields)\r\n\r\nframes" }

  @Test func theRightAnswerOpensIt() async throws {
    try await connect { accept in
      switching("upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: \(accept)")
    }
  }

  @Test func theKeyOfTheStandardHasTheAnswerOfTheStandard() {
    // RFC 6455 §1.3.
    #expect(ClientHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  @Test(arguments: [
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    "Upgrade: websocket\r\nConnection: Upgrade", "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ACCEPT",
    "Upgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: ACCEPT",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Extensions: x",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Protocol: x",
  ])
  func anyOtherAnswerDoesNot(fields: String) async throws {
    await #expect(throws: ConnectError.unreachable("the answer is to another handshake")) {
      try await connect { switching(fields.replacing("ACCEPT", with: $0)) }
    }
  }

  @Test func aRefusalIsToldByItsStatusAlone() async throws {
    await #expect(throws: ConnectError.refused(status: 503)) {
      try await connect { _ in "HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nwait" }
    }
  }
}
