import HTTPTypes
import Testing

@testable import WebSockets

/// The first address of a name swallows what is sent there, and at the second one somebody answers.
@Suite(.timeLimit(.minutes(1))) struct DialingTests {
  private let ips = ["127.0.0.2", "127.0.0.1"]

  private func run(
    _ scheme: String, _ body: @Sendable (isolated Host, Address, ContinuousClock.Instant) async throws -> Void
  ) async throws {
    try await Host.run { host, port in
      let swallowing = RawServer(port: port, at: 2, backlog: 0)
      // Who waits to be accepted takes the only place; the system answers nobody else.
      let waiting = RawSocket.connect(port: swallowing.port, at: 2)
      let address = try #require(Address("\(scheme)://127.0.0.1:\(port)/"))
      try await body(host, address, .now + .seconds(4))
      waiting.finish()
    }
  }

  @Test func aWebSocketIsOpenedToTheSecond() async throws {
    try await run("ws") { [ips] host, address, deadline in
      let webSocket = try await WebSocket.connect(to: address, at: ips, on: host.loop, until: deadline, 1 << 20)
      #expect(webSocket.isOpen)
    }
  }

  @Test func aRequestIsSentToTheSecond() async throws {
    try await run("http") { [ips] host, address, deadline in
      let connection = HTTPConnection(on: host.loop, origin: address.origin) { _, _ in }
      let result = await withCheckedContinuation { continuation in
        let call = HTTPCall(
          address: address, bytes: Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), method: .get, maximumBodySize: 100,
          deadline: deadline, continuation: continuation)
        call.timer = host.loop.schedule(after: deadline - .now) { call.finish(.failure(.unreachable("too late"))) }
        connection.dial(address, ips: ips, for: call)
      }
      let response = try result.get()
      #expect(response.status == .ok)
    }
  }
}
