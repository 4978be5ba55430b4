import FoundationEssentials
import HTTPTypes
import Testing
import WebSockets

@Suite struct ServerTests {
  private static let echo: @Sendable (Request) async -> Response? = { request in
    .text(
      "\(request.method) \(request.path) [\(request.query["a"] ?? "-")] \(String(decoding: request.body, as: UTF8.self))"
    )
  }

  private func ask(_ bytes: String, _ configuration: Server.Configuration = .init()) async throws -> String {
    try await withAnswer(configuration, respond: Self.echo) { port in
      let socket = RawSocket.connect(port: port)
      socket.write(bytes)
      return await socket.readAll()
    }
  }

  private func withAnswer(
    _ configuration: Server.Configuration, respond: @escaping @Sendable (Request) async -> Response?,
    _ body: @escaping @Sendable (Int) async throws -> String
  ) async throws -> String {
    let box = Box()
    try await Host.run(configuration, respond: respond) { _, port in await box.set(try await body(port)) }
    return await box.text
  }

  private actor Box {
    var text = ""
    func set(_ text: String) { self.text = text }
  }

  @Test(arguments: [
    ("GET /x%20y?a=1%262&b HTTP/1.1", "GET /x y [1&2] "),
    ("GET /a/../../etc/passwd HTTP/1.1", "GET /etc/passwd [-] "),
    ("GET //a/./b?a=x+y HTTP/1.1", "GET /a/b [x y] "),
    ("DELETE /d?a=%C3%A4 HTTP/1.1", "DELETE /d [ä] "),
    ("OPTIONS /o HTTP/1.1", "OPTIONS /o [-] "),
    ("POST /no-length HTTP/1.1", "POST /no-length [-] "),
  ])
  func aRequestIsUnderstood(line: String, answer: String) async throws {
    let response = try await ask("\(line)\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(response.hasSuffix("\r\n\r\n" + answer))
  }

  @Test(arguments: [
    ("Content-Length: -1", "400"), ("Content-Length: many", "400"), ("Content-Length: 2000000", "413"),
    ("Transfer-Encoding: chunked", "411"),
  ])
  func aBodyThatCannotBeTakenIsRefused(header: String, status: String) async throws {
    let response = try await ask("POST /p HTTP/1.1\r\nHost: x\r\n\(header)\r\n\r\n")
    #expect(response.hasPrefix("HTTP/1.1 \(status) "))
    #expect(response.contains("connection: close"))
  }

  @Test func aBodyThatNeverComesIsGivenUp() async throws {
    var configuration = Server.Configuration()
    configuration.requestTimeout = .milliseconds(50)
    let response = try await ask("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf", configuration)
    #expect(response.hasPrefix("HTTP/1.1 408 "))
  }

  @Test func whatIsNoHTTPDoesNotDisturbTheOthers() async throws {
    try await Host.run(respond: Self.echo) { host, port in
      let noise = RawSocket.connect(port: port)
      noise.write("\u{16}\u{3}\u{1} this is no HTTP\r\n\r\n")
      _ = await noise.readAll()
      let huge = RawSocket.connect(port: port)
      huge.write("GET /\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = await huge.readAll()
      let response = try await host.send(.get, "http://127.0.0.1:\(port)/fine")
      #expect(response.status == .ok)
    }
  }

  @Test(arguments: [
    ("GET /%00 HTTP/1.1", "400"), ("GET /?a=b%00 HTTP/1.1", ""), ("GET /a%00b HTTP/1.1", ""),
    ("GET / HTTP/1.1\r\nUser-Agent: a\u{1}b", "400"), ("GET / HTTP/1.1\r\nUser-Agent: a\0b", "400"),
    ("GET /%zz HTTP/1.1", "403"), ("GET /a% HTTP/1.1", "403"), ("CONNECT /x HTTP/1.1", "405"),
    ("BREW /x HTTP/1.1", "405"), ("what is this", "400"),
  ])
  func whatIsNoRequestForUsIsRefused(head: String, status: String) async throws {
    let answer = try await ask("\(head)\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(answer.split(separator: " ").dropFirst().first ?? "" == status)
  }

  @Test func emptyParametersHideNoOthers() async throws {
    let answer = try await ask("GET /x?&b&&a=1& HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(answer.hasSuffix("GET /x [1] "))
  }

  /// A server that takes many parameters, and says which it saw.
  private func askForMany(_ bytes: [String]) async throws -> String {
    var configuration = Server.Configuration()
    configuration.allowsManyParameters = true
    return try await withAnswer(
      configuration, respond: { .text("\($0.method) \($0.query.all("id").joined(separator: " ")) \($0.body.count)") }
    ) { port in
      let socket = RawSocket.connect(port: port)
      for piece in bytes { socket.write(piece) }
      return await socket.readAll()
    }
  }

  @Test func aRequestMayHaveManyParameters() async throws {
    let ids = (1...100).map { "x\($0)" }
    let query = ids.map { "id=\($0)&login=\($0)" }.joined(separator: "&")
    let head = "GET /users?\(query)&a=%26+%C3%A4 HTTP/1.1\r\nHost: x\r\n"
    let answer = try await askForMany([head, "X-Chat-Relay-Query: id=forged\r\n\r\n"])
    #expect(answer.hasPrefix("HTTP/1.1 200 "))
    #expect(answer.hasSuffix("GET " + ids.joined(separator: " ") + " 0"))
    #expect(answer.contains("connection: close"))
  }

  @Test(arguments: [
    ["POST /?id=1&id=2 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"],
    ["PO", "ST /?id=1&", "id=2 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r", "\n\r", "\nbo", "dy"],
  ])
  func aBodyGoesThroughAServerThatTakesManyParameters(pieces: [String]) async throws {
    let answer = try await askForMany(pieces)
    #expect(answer.hasSuffix("POST 1 2 4"))
  }

  @Test func aLineAtTheLimitIsAnsweredAndALongerOneRefused() async throws {
    let frame = "GET /?id= HTTP/1.1"
    let longest = String(repeating: "x", count: 8192 - frame.utf8.count)
    let answer = try await askForMany(["GET /?id=\(longest) HTTP/1.1\r\nHost: x\r\n\r\n"])
    #expect(answer.hasSuffix("GET \(longest) 0"))
    let tooLong = try await askForMany(["GET /?id=\(longest)x HTTP/1.1\r\nHost: x\r\n\r\n"])
    #expect(tooLong.hasPrefix("HTTP/1.1 414 "))
    let header = "a: " + String(repeating: "x", count: 15_000)
    let tooMuch = try await askForMany(["GET / HTTP/1.1\r\n\(header)\r\n\r\n"])
    #expect(tooMuch.hasPrefix("HTTP/1.1 431 "))
  }

  @Test func aHeadThatNeverEndsIsGivenUp() async throws {
    var configuration = Server.Configuration()
    configuration.allowsManyParameters = true
    configuration.requestTimeout = .milliseconds(50)
    let response = try await ask("GET / HTTP/1.1\r\nHost: x\r\n", configuration)
    #expect(response.hasPrefix("HTTP/1.1 408 "))
  }

  @Test func aWebSocketGoesThroughAServerThatTakesManyParameters() async throws {
    var configuration = Server.Configuration()
    configuration.allowsManyParameters = true
    try await Host.run(
      configuration, refuse: { $0.query.all("a").count == 100 ? nil : .text("no", status: .forbidden) }
    ) { host, port in
      let query = (1...100).map { "a=\($0)" }.joined(separator: "&")
      let client = try await host.connect("ws://127.0.0.1:\(port)/?\(query)")
      client.send("up")
      let server = await host.nextAccepted()
      #expect(await server.receive()?.string == "up")
    }
  }

  @Test func manyRequestsGoOverOneConnection() async throws {
    try await Host.run(respond: Self.echo) { _, port in
      let socket = RawSocket.connect(port: port)
      for number in 0..<20 {
        socket.write("POST /\(number) HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
        let answer = await socket.read(until: "body")
        #expect(answer.contains("POST /\(number) [-] body"))
      }
    }
  }

  @Test func requestsSentAtOnceAreAnsweredOneAfterAnother() async throws {
    let answers = try await ask(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    ).split(separator: "HTTP/1.1 200 OK")
    #expect(answers.count == 2)
    #expect(answers.first?.hasSuffix("GET /1 [-] ") == true)
    #expect(answers.last?.hasSuffix("GET /2 [-] ") == true)
  }

  @Test func aRequestSentBeforeTheAnswerToAPostEndsTheConnection() async throws {
    let head = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length:"
    let answer = try await ask("POST /1 \(head) 3\r\n\r\nonePOST /2 \(head) 0\r\n\r\n")
    #expect(!answer.contains("POST /2"))
  }

  @Test(arguments: ["PUT", "PATCH", "POST", "DELETE", "GET"])
  func anEmptyBodyIsABody(method: String) async throws {
    let response = try await ask("\(method) /e HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    #expect(response.hasSuffix("\(method) /e [-] "))
  }

  @Test func headHasTheLengthButNoBody() async throws {
    let response = try await ask("HEAD /h HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(response.contains("content-length: 12"))
    #expect(response.hasSuffix("\r\n\r\n"))
  }

  @Test func aLargeAnswerArrivesWhole() async throws {
    let size = 3_000_000
    try await Host.run(respond: { _ in Response(.ok, body: Data(repeating: 7, count: size)) }) { host, port in
      let response = try await host.send(.get, "http://127.0.0.1:\(port)/", maximumBodySize: 4_000_000)
      #expect(response.body.count == size)
      await #expect(throws: HTTPClientError.tooLarge(limit: 1000)) {
        try await host.send(.get, "http://127.0.0.1:\(port)/", maximumBodySize: 1000)
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func whoDoesNotReadAnAnswerIsHungUpOn() async throws {
    var configuration = Server.Configuration()
    configuration.answerTimeout = .seconds(1)
    let large = Response(.ok, body: Data(repeating: 7, count: 20_000_000))
    try await Host.run(configuration, respond: { _ in large }) { _, port in
      let socket = RawSocket.connect(port: port)
      socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      await socket.broken()
    }
  }

  @Test func noAnswerClosesTheConnection() async throws {
    let answer = try await withAnswer(.init(), respond: { _ in nil }) { port in
      let socket = RawSocket.connect(port: port)
      socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      return "<" + (await socket.readAll()) + ">"
    }
    #expect(answer == "<>")
  }

  @Test func aBasePathIsTakenOff() async throws {
    var configuration = Server.Configuration()
    configuration.basePath = "/chat"
    #expect(
      try await ask("GET /chat/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", configuration).contains("GET /x "))
    #expect(
      try await ask("GET /chat/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", configuration).contains("GET / "))
    #expect(
      try await ask("GET /chatter HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", configuration).contains(" 404 "))
  }

  /// What a page names relatively is beside its last slash.
  @Test(arguments: [("/chat", "/chat/"), ("/chat?stream=1&token=a%2Bb+c", "/chat/?stream=1&token=a%2Bb%20c")])
  func theBasePathItselfLeadsToTheSlashBehindIt(_ path: String, _ location: String) async throws {
    var configuration = Server.Configuration()
    configuration.basePath = "/chat"
    let answer = try await ask("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", configuration)
    #expect(answer.hasPrefix("HTTP/1.1 308 "))
    #expect(answer.lowercased().contains("\r\nlocation: \(location.lowercased())\r\n"))
  }

  @Test func onlyATrustedProxyIsBelieved() async throws {
    let who: @Sendable (Request) async -> Response? = { .text("\($0.scheme)://\($0.authority) \($0.remoteAddress)") }
    let bytes =
      "GET / HTTP/1.1\r\nHost: inner\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"
      + "X-Forwarded-Host: chat.example\r\nConnection: close\r\n\r\n"
    for (proxies, expected) in [
      ([], "http://inner 127.0.0.1"), (["127.0.0.0/8"], "https://chat.example 203.0.113.9"),
      (["10.0.0.1"], "http://inner 127.0.0.1"),
    ] {
      var configuration = Server.Configuration()
      configuration.trustedProxies = try #require(TrustedProxies(proxies))
      let answer = try await withAnswer(configuration, respond: who) { port in
        let socket = RawSocket.connect(port: port)
        socket.write(bytes)
        return await socket.readAll()
      }
      #expect(answer.hasSuffix(expected))
    }
    #expect(TrustedProxies(["10.0.0.0/40"]) == nil)
    #expect(TrustedProxies(["example.org"]) == nil)
  }

  @Test func namedHeadersAreSeen() async throws {
    var configuration = Server.Configuration()
    configuration.headerNames = [try #require(HTTPField.Name("Client-Id"))]
    let answer = try await withAnswer(
      configuration,
      respond: { request in
        let clientID = HTTPField.Name("Client-Id").flatMap { request.headers[$0] }
        return .text("\(clientID ?? "-") \(request.headers[.cookie] ?? "-") \(request.headers[.userAgent] ?? "-")")
      },
      { port in
        let socket = RawSocket.connect(port: port)
        socket.write(
          "GET / HTTP/1.1\r\nHost: x\r\nClient-Id: abc\r\nCookie: a=1; b=2\r\nUser-Agent: t\r\nConnection: close\r\n\r\n"
        )
        return await socket.readAll()
      })
    #expect(answer.hasSuffix("abc a=1; b=2 t"))
  }

  @Test(.timeLimit(.minutes(1))) func whatAServerAsksIsLetGoWithItsLoop() async throws {
    final class Answer: Sendable {
      let end: AsyncStream<Void>.Continuation
      init(_ end: AsyncStream<Void>.Continuation) { self.end = end }
      deinit { end.finish() }
    }
    let (answers, end) = AsyncStream.makeStream(of: Void.self)
    func serve() async throws {
      let answer = Answer(end)
      // The host has the server, and the server asks the host.
      try await Host.run(respond: { _ in .text("\(answer)") }) { host, port in
        _ = try await host.send(.get, "http://127.0.0.1:\(port)/")
      }
    }
    try await serve()
    // Whoever has asked it may hold it for a moment more.
    for await _ in answers {}
  }

  @Test func aBusyPortIsNamed() async throws {
    try await Host.run { _, port in
      var configuration = Server.Configuration()
      configuration.port = port
      await #expect(throws: ServerError.addressInUse(host: "127.0.0.1", port: port)) {
        try await Host.run(configuration) { _, _ in }
      }
    }
  }

  @Test func anAddressThatIsNotOursIsNamed() async throws {
    var configuration = Server.Configuration()
    configuration.host = "192.0.2.1"
    await #expect(throws: ServerError.self) { try await Host.run(configuration) { _, _ in } }
  }

  @Test func certificateFilesThatAreNoneAreNamed() async throws {
    var configuration = Server.Configuration()
    configuration.certificate = Server.Certificate(chainPath: "/nowhere/chain.pem", keyPath: "/nowhere/key.pem")
    await #expect(
      throws: ServerError.badCertificate(file: "/nowhere/chain.pem", reason: "No such file or directory")
    ) { try await Host.run(configuration) { _, _ in } }
  }
}
