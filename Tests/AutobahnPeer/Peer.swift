import WebSockets

/// Owns the sockets of one side of a test run.
actor Peer {
  private let loop: EventLoop
  private var server: Server?
  /// Whom no task serves yet.
  private var waiting: [WebSocket] = []
  /// The suite's largest message.
  private static let largestMessage = 32 << 20

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  init(on loop: EventLoop) {
    self.loop = loop
  }

  /// Listens on a free port of loopback, and gives it.
  func serve() throws -> Int {
    var configuration = Server.Configuration()
    configuration.maximumMessageSize = Self.largestMessage
    let server = try Server(configuration, on: loop, respond: { _ in .text("WebSockets only\n") }) { _ in
      .accept { webSocket in self.echo(webSocket) }
    }
    self.server = server
    return server.port
  }

  private func echo(_ webSocket: WebSocket) {
    waiting.append(webSocket)
    Task { await self.echoNext() }
  }

  private func echoNext() async {
    guard let webSocket = waiting.popLast() else { return }
    while let message = await webSocket.receive() { webSocket.send(message) }
  }

  /// Runs each of the cases that the suite's server has, one after another.
  func runCases(at suite: String) async throws {
    let counter = try await connect("\(suite)/getCaseCount")
    guard let digits = await counter.receive(), let count = Int(String(decoding: digits.bytes, as: UTF8.self)) else {
      return print("no case count")
    }
    for number in 1...count {
      let webSocket = try await connect("\(suite)/runCase?case=\(number)&agent=chat-relay")
      while let message = await webSocket.receive() {
        // A client's end leaves the check to its user: see `Message`.
        if case .text(let bytes) = message, (try? UTF8Span(validating: bytes.span)) == nil { webSocket.close(1007) }
        webSocket.send(message)
      }
    }
    let reports = try await connect("\(suite)/updateReports?agent=chat-relay")
    while await reports.receive() != nil {}
  }

  private func connect(_ url: String) async throws -> WebSocket {
    try await WebSocket.connect(to: url, on: loop, maximumMessageSize: Self.largestMessage)
  }
}
