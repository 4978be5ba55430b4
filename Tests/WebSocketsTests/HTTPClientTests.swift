import FoundationEssentials
import HTTPTypes
import Testing
import WebSockets

@Suite struct HTTPClientTests {
  /// A client whose server is a script.
  private func run(_ body: @escaping @Sendable (isolated Host, RawServer, String) async throws -> Void) async throws {
    try await Host.run { host, _ in
      let server = RawServer()
      try await body(host, server, "http://127.0.0.1:\(server.port)")
    }
  }

  @Test func pathAndQueryGoOutAsGivenAndTheConnectionIsKept() async throws {
    try await run { host, server, base in
      async let first = host.send(.get, base + "/a%20b?x=%26&y=1")
      let socket = await server.accept()
      #expect(await socket.read(until: "\r\n\r\n").hasPrefix("GET /a%20b?x=%26&y=1 HTTP/1.1\r\nHost: 127.0.0.1:"))
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      let firstResult = try await first
      #expect(firstResult.body == Data("ok".utf8))
      async let second = host.send(.post, base + "/b", body: Data("{}".utf8))
      let request = await socket.read(until: "{}")
      #expect(request.contains("POST /b HTTP/1.1") && request.contains("Content-Length: 2\r\n"))
      socket.write("HTTP/1.1 204 No Content\r\n\r\n")
      let secondResult = try await second
      #expect(secondResult.status == .noContent)
    }
  }

  @Test func chunksAndEndlessBodiesAreRead() async throws {
    try await run { host, server, base in
      async let chunked = host.send(.get, base + "/")
      let socket = await server.accept()
      _ = await socket.read(until: "\r\n\r\n")
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
      socket.write("2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n")
      let chunkedResult = try await chunked
      #expect(chunkedResult.body == Data("abcde".utf8))
      async let endless = host.send(.get, base + "/")
      _ = await socket.read(until: "\r\n\r\n")
      socket.write("HTTP/1.1 200 OK\r\n\r\nall of it")
      socket.finish()
      let endlessResult = try await endless
      #expect(endlessResult.body == Data("all of it".utf8))
    }
  }

  @Test func aRequestOnAConnectionThatJustClosedIsRepeatedWhenThatIsSafe() async throws {
    try await run { host, server, base in
      async let first = host.send(.get, base + "/1")
      var socket = await server.accept()
      _ = await socket.read(until: "\r\n\r\n")
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      _ = try await first
      async let second = host.send(.get, base + "/2")
      _ = await socket.read(until: "\r\n\r\n")
      socket.finish()
      socket = await server.accept()
      #expect(await socket.read(until: "\r\n\r\n").hasPrefix("GET /2"))
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      let secondResult = try await second
      #expect(secondResult.status == .ok)
      let third = Task { try await host.send(.post, base + "/3", body: Data("x".utf8)) }
      _ = await socket.read(until: "\r\n\r\nx")
      socket.finish()
      await #expect(throws: HTTPClientError.unanswered("the connection broke")) { try await third.value }
    }
  }

  @Test(arguments: [
    "this is no HTTP\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\n: no name\r\n\r\n", "",
  ])
  func aBrokenAnswerIsAnErrorThatSaysTheRequestLeft(answer: String) async throws {
    try await run { host, server, base in
      async let response = host.send(.post, base + "/", body: Data("x".utf8))
      let socket = await server.accept()
      _ = await socket.read(until: "\r\n\r\nx")
      socket.write(answer)
      socket.finish()
      do {
        _ = try await response
        Issue.record("an answer came out of \(answer)")
      } catch {
        guard case .unanswered? = error as? HTTPClientError else { throw error }
      }
    }
  }

  @Test func silenceEndsInATimeOutThatSaysTheRequestLeft() async throws {
    try await run { host, server, base in
      let response = Task { try await host.send(.get, base + "/", timeout: .seconds(1)) }
      let socket = await server.accept()
      _ = await socket.read(until: "\r\n\r\n")
      await #expect(throws: HTTPClientError.unanswered("none within 1 s")) { try await response.value }
      #expect(await socket.readSome().isEmpty)
    }
  }

  /// It is hung up on a moment after its time-out, and has an answer by then.
  @Test(.timeLimit(.minutes(1))) func nothingIsSentOverAConnectionThatIsGivenUp() async throws {
    try await Host.run { host, port in
      let server = RawServer()
      let base = "http://127.0.0.1:\(server.port)"
      // With a time-out of its own under way libwebsockets takes longer to hang up.
      let idle = RawSocket.connect(port: port)
      host.connectionsPerOrigin = 1
      let late = Task { try await host.send(.get, base + "/late", timeout: .milliseconds(900)) }
      let socket = await server.accept()
      _ = await socket.read(until: "\r\n\r\n")
      await #expect(throws: HTTPClientError.unanswered("none within 0 s")) { try await late.value }
      async let post = host.send(.post, base + "/", body: Data("x".utf8))
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      Task {
        let next = await server.accept()
        _ = await next.read(until: "\r\n\r\nx")
        next.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
      let postResult = try await post
      #expect(postResult.status == .ok)
      idle.finish()
    }
  }

  @Test func aSlowAnswerHoldsUpNobody() async throws {
    try await run { host, server, base in
      async let slow = host.send(.get, base + "/slow")
      let first = await server.accept()
      _ = await first.read(until: "\r\n\r\n")
      async let quick = host.send(.get, base + "/quick")
      let second = await server.accept()
      _ = await second.read(until: "\r\n\r\n")
      second.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      let quickResult = try await quick
      #expect(quickResult.status == .ok)
      first.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
      let slowResult = try await slow
      #expect(slowResult.status == .accepted)
    }
  }

  @Test(arguments: [
    "ftp://127.0.0.1/", "127.0.0.1", "http://", "http://a b/", "http://x:99999/", "http://a:b:80/", "http://::1/",
  ])
  func aBadURLIsRefused(url: String) async throws {
    try await Host.run { host, _ in
      await #expect(throws: HTTPClientError.badURL) { try await host.send(.get, url) }
    }
  }

  @Test func whereNobodyListensIsUnreachable() async throws {
    let port = RawServer().port
    try await Host.run { host, _ in
      for url in ["http://127.0.0.1:\(port)/", "http://no-such-host.invalid/"] {
        do {
          _ = try await host.send(.get, url)
          Issue.record("\(url) answered")
        } catch {
          guard case .unreachable? = error as? HTTPClientError else { throw error }
        }
      }
    }
  }

  @Test func requestsBeyondTheConnectionsWaitTheirTurn() async throws {
    try await Host.run(respond: { .text($0.path) }) { host, port in
      try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<200 {
          group.addTask {
            let response = try await host.send(.get, "http://127.0.0.1:\(port)/\(number)")
            return String(decoding: response.body, as: UTF8.self)
          }
        }
        var answers: Set<String> = []
        for try await answer in group { answers.insert(answer) }
        #expect(answers.count == 200)
      }
    }
  }
}
