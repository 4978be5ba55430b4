import FoundationEssentials
import HTTPTypes
import Testing
import WebSockets

@Suite struct WebSocketTests {
  @Test func messagesGoBothWays() async throws {
    try await Host.run { host, port in
      let (client, server) = try await host.pair(port)
      client.send("up")
      #expect(await server.receive()?.string == "up")
      server.send("down")
      server.send(String(repeating: "x", count: 70_000))
      #expect(await client.receive()?.string == "down")
      #expect(await client.receive()?.string?.count == 70_000)
    }
  }

  @Test func aCloseArrivesWithCodeAndReasonAfterWhatWasSentBefore() async throws {
    try await Host.run { host, port in
      let (client, server) = try await host.pair(port)
      for number in 0..<1000 { server.send("\(number)") }
      server.close(4003, "unused")
      server.send("too late")
      for number in 0..<1000 { #expect(await client.receive()?.string == "\(number)") }
      #expect(await client.receive() == nil)
      #expect(client.closure == Closure(code: 4003, reason: "unused"))
      #expect(await server.receive() == nil)
      #expect(server.closure?.code == 4003)
    }
  }

  @Test func aBrokenConnectionEndsWith1006() async throws {
    try await Host.run { host, port in
      let (client, server) = try await host.pair(port)
      server.abort()
      #expect(await client.receive() == nil)
      #expect(client.closure?.code == 1006)
      #expect(await server.receive() == nil)
    }
  }

  @Test func theHandshakeSeesPathAndQueryAndMayRefuse() async throws {
    try await Host.run(refuse: { request in
      request.query["token"] == "good/+%" && request.path == "/ws/1" ? nil : .text("no\n", status: .forbidden)
    }) { host, port in
      let webSocket = try await host.connect("ws://127.0.0.1:\(port)/ws/1?token=good%2F%2B%25")
      #expect(webSocket.isOpen)
      await #expect(throws: ConnectError.refused(status: 403)) {
        _ = try await host.connect("ws://127.0.0.1:\(port)/ws/1?token=bad")
      }
      let answer = await RawSocket.upgrading(port: port, path: "/ws/2").readAll()
      #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\n") && answer.hasSuffix("\r\n\r\nno\n"))
    }
  }

  @Test func aTrustedProxySaysWhereAHandshakeWasMeantFor() async throws {
    var configuration = Server.Configuration()
    configuration.trustedProxies = try #require(TrustedProxies(["127.0.0.1"]))
    configuration.headerNames = [try #require(HTTPField.Name("X-Forwarded-Proto"))]
    let seen: @Sendable (Request) -> Response? = { request in
      .text("\(request.scheme)://\(request.authority) \(request.remoteAddress)\n", status: .forbidden)
    }
    try await Host.run(configuration, refuse: seen) { _, port in
      let raw = RawSocket.connect(port: port)
      raw.write(
        "GET /ws/2?token=abc&since=1-2 HTTP/1.1\r\nHost: inner\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Origin: https://chat.example\r\nUser-Agent: x\r\nAccept-Encoding: gzip, br\r\nPragma: no-cache\r\n"
          + "Cookie: a=b\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
          + "Sec-WebSocket-Extensions: permessage-deflate\r\nX-Forwarded-For: 203.0.113.9\r\n"
          + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: chat.example\r\n\r\n")
      #expect(await raw.readAll().hasSuffix("https://chat.example 203.0.113.9\n"))
    }
  }

  @Test func whereNobodyListensNothingConnects() async throws {
    let port = RawServer().port
    try await Host.run { host, _ in
      do {
        _ = try await host.connect("ws://127.0.0.1:\(port)/")
        Issue.record("connected to nobody")
      } catch {
        guard case .unreachable? = error as? ConnectError else { throw error }
      }
      await #expect(throws: ConnectError.badURL) { _ = try await host.connect("ftp://x/") }
    }
  }

  @Test func aHandshakeWithoutAnswerTimesOut() async throws {
    try await Host.run { host, _ in
      let silent = RawServer()
      await #expect(throws: ConnectError.timedOut) {
        _ = try await host.connect("ws://127.0.0.1:\(silent.port)/", timeout: .milliseconds(100))
      }
    }
  }

  /// A client's frame, masked with zeros so that the payload can be read.
  private func frame(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let length: [UInt8] =
      payload.count < 126
      ? [0x80 | UInt8(payload.count)]
      : [0x80 | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
    return [0x80 | opcode] + length + [0, 0, 0, 0] + payload
  }

  @Test(arguments: [(1009, 1, 70_000, 0x61), (1007, 1, 3, 0xFF), (1002, 3, 0, 0)])
  func aFrameThatIsNotAllowedClosesWithItsCode(code: UInt16, opcode: UInt8, size: Int, byte: UInt8) async throws {
    try await Host.run { host, port in
      let raw = await RawSocket.upgraded(port: port)
      raw.write(frame(opcode, [UInt8](repeating: byte, count: size)))
      let answer = await raw.readSome()
      #expect(answer.starts(with: [0x88]))
      #expect(answer.dropFirst(2).starts(with: [UInt8(code >> 8), UInt8(code & 0xFF)]))
    }
  }

  @Test(arguments: zip([1002, 1007] as [UInt16], [[3], [3, 0xE8, 0xFF]] as [[UInt8]]))
  func aCloseFrameThatIsNotAllowedIsAnsweredWithItsCode(code: UInt16, payload: [UInt8]) async throws {
    try await Host.run { host, port in
      let raw = await RawSocket.upgraded(port: port)
      let server = await host.nextAccepted()
      raw.write(frame(8, payload))
      let answer = await raw.readSome()
      #expect(answer.dropFirst(2).starts(with: [UInt8(code >> 8), UInt8(code & 0xFF)]))
      #expect(await server.receive() == nil)
      #expect(server.closure?.code == code)
    }
  }

  @Test func binaryMessagesGoBothWays() async throws {
    try await Host.run { host, port in
      let (client, server) = try await host.pair(port)
      client.send(.binary([0, 0xFF]))
      #expect(await server.receive() == .binary([0, 0xFF]))
      server.send(.binary([1]))
      server.send(.text([0x61]))
      #expect(await client.receive() == .binary([1]))
      #expect(await client.receive() == .text([0x61]))
    }
  }

  @Test func aPeerThatGoesOnSendingStillHearsWhyItIsClosed() async throws {
    try await Host.run { host, port in
      let raw = await RawSocket.upgraded(port: port)
      let server = await host.nextAccepted()
      server.close(1008, "flood")
      for _ in 0..<2000 { raw.write(frame(1, [0x61])) }
      let answer = await raw.readSome()
      #expect(answer == [0x88, 7, 0x03, 0xF0] + Array("flood".utf8))
      raw.write(frame(8, [0x03, 0xF0]))
      #expect(await server.receive() == nil)
      #expect(server.closure == Closure(code: 1008, reason: "flood"))
    }
  }

  @Test(arguments: [
    ("Sec-WebSocket-Version: 8", "HTTP/1.1 426 ", "Sec-WebSocket-Version: 13"),
    (
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, superchat", "HTTP/1.1 400 ",
      "no subprotocol is spoken here"
    ),
  ])
  func aHandshakeThatWantsSomethingElseIsToldWhatWouldDo(headers: String, status: String, words: String) async throws {
    try await Host.run { _, port in
      let raw = RawSocket.connect(port: port)
      raw.write(
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\(headers)\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
      let answer = await raw.readAll()
      #expect(answer.hasPrefix(status) && answer.contains(words))
    }
  }

  @Test func aMessageInPiecesArrivesWhole() async throws {
    try await Host.run { host, port in
      let raw = await RawSocket.upgraded(port: port)
      let server = await host.nextAccepted()
      raw.write([0x01, 0x82, 0, 0, 0, 0, 0x61, 0x62])
      raw.write(frame(9, [0x70]))
      raw.write([0x80, 0x81, 0, 0, 0, 0, 0x63])
      #expect(await server.receive() == .text([0x61, 0x62, 0x63]))
      raw.write(frame(2, [1, 2]))
      #expect(await server.receive() == .binary([1, 2]))
    }
  }

  @Test func pingsAreAnsweredAndPongsReported() async throws {
    try await Host.run { host, port in
      let (client, server) = try await host.pair(port)
      await withCheckedContinuation { continuation in
        server.onPong = { continuation.resume() }
        server.ping()
      }
      server.onPong = nil
      #expect(client.isOpen)
    }
  }

  @Test func whoAnswersNoPingIsGivenUp() async throws {
    var configuration = Server.Configuration()
    configuration.pings = Server.Pings(interval: 1, timeout: 15)
    try await Host.run(configuration) { host, port in
      let raw = await RawSocket.upgraded(port: port)
      let server = await host.nextAccepted()
      #expect(await raw.readSome().starts(with: [0x89]))
      raw.write(frame(10, Array("relay".utf8)))
      // Who does answer is pinged again.
      #expect(await raw.readSome().starts(with: [0x89]))
      #expect(await server.receive() == nil)
      #expect(server.closure?.code == 1006)
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func messagesAreHandedOverUntilTheEnd() async throws {
    try await Host.run { host, port in
      let (client, server) = try await host.pair(port)
      client.send("first")
      client.send("second")
      var messages: [String?] = []
      await withCheckedContinuation { continuation in
        server.receive { message in
          messages.append(message?.string)
          if messages.count == 2 { client.close() }
          if message == nil { continuation.resume() }
        }
      }
      #expect(messages == ["first", "second", nil])
    }
  }

  @Test func whatComesWhileNobodyReadsIsKeptInOrder() async throws {
    try await Host.run { host, port in
      let (client, server) = try await host.pair(port)
      for number in 0..<5000 { client.send("\(number)") }
      for number in 0..<5000 { #expect(await server.receive()?.string == "\(number)") }
    }
  }

  @Test func stoppingTheLoopEndsEverybodysWaiting() async throws {
    let counter = Counter()
    try await Host.run { host, port in
      _ = try await host.pair(port)
      Task {
        let message = await host.receiveFromFirst()
        await counter.add(message == nil ? 1 : 0)
      }
      Task {
        do { try await host.sleep(for: .seconds(1000)) } catch { await counter.add(1) }
      }
      await Task.yield()
    }
    await counter.wait(for: 2)
  }
}

actor Counter {
  private var count = 0
  private var waiters: [(Int, CheckedContinuation<Void, Never>)] = []

  func add(_ number: Int) {
    count += number
    for (wanted, waiter) in waiters where count >= wanted { waiter.resume() }
    waiters.removeAll { count >= $0.0 }
  }

  func wait(for wanted: Int) async {
    if count < wanted { await withCheckedContinuation { waiters.append((wanted, $0)) } }
  }
}
