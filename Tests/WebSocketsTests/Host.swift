import FoundationEssentials
import HTTPTypes
import Logging
import WebSockets

/// An actor on an event loop with a server that does what the test says, and clients on the same loop.
actor Host {
  let loop: EventLoop
  private var server: Server?
  private lazy var client = HTTPClient(on: loop, connectionsPerOrigin: connectionsPerOrigin)
  /// For the client, which is made when it is used first.
  var connectionsPerOrigin = 8
  private(set) var accepted: [WebSocket] = []
  private var acceptedWaiters: [CheckedContinuation<Void, Never>] = []

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  init(loop: EventLoop) {
    self.loop = loop
  }

  /// Runs `body` with a host that serves, and takes everything down afterwards.
  static func run(
    _ configuration: Server.Configuration = .init(),
    respond: @escaping @Sendable (Request) async -> Response? = { _ in .text("ok") },
    refuse: @escaping @Sendable (Request) -> Response? = { _ in nil },
    _ body: @Sendable (isolated Host, Int) async throws -> Void
  ) async throws {
    let loop = try EventLoop(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let host = Host(loop: loop)
    do {
      let port = try await host.serve(configuration, respond: respond, refuse: refuse)
      try await body(host, port)
    } catch {
      await loop.stop()
      throw error
    }
    await loop.stop()
  }

  private func serve(
    _ configuration: Server.Configuration,
    respond: @escaping @Sendable (Request) async -> Response?,
    refuse: @escaping @Sendable (Request) -> Response?
  ) throws -> Int {
    let server = try Server(configuration, on: loop, respond: respond) { request in
      if let response = refuse(request) { return .refuse(response) }
      return .accept { webSocket in self.accept(webSocket) }
    }
    self.server = server
    return server.port
  }

  private func accept(_ webSocket: WebSocket) {
    accepted.append(webSocket)
    for waiter in acceptedWaiters { waiter.resume() }
    acceptedWaiters = []
  }

  /// Sends an HTTP request through the host's client.
  func send(
    _ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], body: Data? = nil,
    timeout: Duration = .seconds(10), maximumBodySize: Int = 1 << 20
  ) async throws -> Response {
    try await client.send(
      method, url, headers: headers, body: body, timeout: timeout, maximumBodySize: maximumBodySize)
  }

  func connect(_ url: String, timeout: Duration = .seconds(10)) async throws -> WebSocket {
    try await WebSocket.connect(to: url, on: loop, timeout: timeout)
  }

  /// Both ends of a new connection, the `index`th of this host.
  func pair(_ port: Int, _ index: Int = 0) async throws -> (client: WebSocket, server: WebSocket) {
    let client = try await connect("ws://127.0.0.1:\(port)/")
    return (client, await nextAccepted(after: index))
  }

  func reloadCertificate() throws(ServerError) {
    try server?.reloadCertificate()
  }

  func receiveFromFirst() async -> Message? {
    await accepted.first?.receive()
  }

  func sleep(for duration: Duration) async throws {
    try await loop.sleep(for: duration)
  }

  /// The next connection that comes in after those already seen.
  func nextAccepted(after count: Int = 0) async -> WebSocket {
    while accepted.count <= count { await withCheckedContinuation { acceptedWaiters.append($0) } }
    return accepted[count]
  }
}

extension Message {
  /// The text of a text message.
  var string: String? {
    if case .text(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
}
