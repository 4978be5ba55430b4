import FoundationEssentials
import HTTPTypes
import Testing
import WebSockets

@Suite struct WebSocketTests {
  @Test func messagesGoBothWays() async throws {
    try await Host.run { host, port in
      let client = try await host.connect("ws://127.0.0.1:\(port)/ws?x=1")
      let server = await host.nextAccepted()
      client.send("up")
      #expect(await server.receive()?.string == "up")
      server.send("down")
      server.send(String(repeating: "x", count: 70_000))
      #expect(await client.receive()?.string == "down")
      #expect(await client.receive()?.string?.count == 70_000)
      server.close(4003, "unused")
      #expect(await client.receive() == nil)
      #expect(client.closure == Closure(code: 4003, reason: "unused"))
      #expect(await server.receive() == nil)
    }
  }
}
