import ChatRelay
import HTTPTypes
import Logging
import Storage
import Testing
import Twitch
import TwitchSimulator
import WebSockets

/// Asks over HTTP, as a browser would.
actor HTTPBrowser {
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
  private let loop: EventLoop
  private lazy var client = HTTPClient(on: loop)

  init(loop: EventLoop) {
    self.loop = loop
  }

  func send(_ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:]) async throws -> Response {
    try await client.send(method, url, headers: headers)
  }
}

/// A port that was free a moment ago.
actor PortFinder {
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
  private let loop: EventLoop

  init(loop: EventLoop) {
    self.loop = loop
  }

  func find() throws -> Int {
    let server = try Server(
      Server.Configuration(), on: loop, respond: { _ in nil }, upgrade: { _ in .refuse(.text("no")) })
    defer { server.stop() }
    return server.port
  }
}

func freePort() async throws -> Int {
  let loop = try EventLoop(logger: Logger(label: "port") { _ in SwiftLogNoOpLogHandler() })
  let port = try await PortFinder(loop: loop).find()
  await loop.stop()
  return port
}

@Suite struct RoutesTests {
  /// Waits until it is ready: Twitch delivers a moment before its answer, which says so, is here.
  private func becomesReady(_ url: String, _ http: HTTPBrowser) async throws {
    let deadline = ContinuousClock.now + .seconds(5)
    while try await http.send(.get, url).status != .ok { try #require(.now < deadline, "not ready") }
  }

  @Test func pagesProbesAndNothingElseAreServed() async throws {
    try await withRelay(isLive: false) { relay, _ in
      let http = HTTPBrowser(loop: relay.loop)
      let base = "http://127.0.0.1:\(relay.port)"
      #expect(try await http.send(.get, base + "/healthz").status == .ok)
      try await becomesReady(base + "/readyz", http)
      #expect(try await http.send(.post, base + "/healthz").status == .methodNotAllowed)
      let home = try await http.send(.get, base + "/")
      #expect(home.status == .ok)
      #expect(home.headers[.contentType] == "text/html; charset=utf-8")
      let tag = try #require(home.headers[.eTag])
      #expect(try await http.send(.get, base + "/", headers: [.ifNoneMatch: tag]).status == .notModified)
      let head = try await http.send(.head, base + "/")
      #expect(head.status == .ok)
      #expect(head.body.isEmpty)
      #expect(try await http.send(.delete, base + "/index.html").headers[.allow] == "GET, HEAD")
      #expect(try await http.send(.get, base + "/nothing").status == .notFound)
      #expect(try await http.send(.get, base + "/../../etc/passwd").status == .notFound)
      #expect(try await http.send(.get, base + "/%2e%2e/%2e%2e/etc/passwd").status == .notFound)
      #expect(try await http.send(.get, base + "/ws/\(relay.home.stream.id)").status.code == 426)
    }
  }

  @Test func itIsNotReadyUntilTwitchDelivers() async throws {
    try await withRelay(isLive: false) { relay, twitch in
      let http = HTTPBrowser(loop: relay.loop)
      let url = "http://127.0.0.1:\(relay.port)/readyz"
      try await becomesReady(url, http)
      await twitch.setBehavior { $0.sendsWelcome = false }
      try await twitch.dropSockets("all", code: nil)
      var answer = try await http.send(.get, url)
      while answer.status == .ok { answer = try await http.send(.get, url) }
      #expect(answer.status == .serviceUnavailable)
      #expect(String(decoding: answer.body, as: UTF8.self).contains("connecting"))
      #expect(try await http.send(.get, "http://127.0.0.1:\(relay.port)/healthz").status == .ok)
    }
  }
}

@Suite struct StartingTests {
  @Test func aWrongSecretIsSaidAtOnce() async throws {
    await #expect(throws: OAuthError.self) {
      try await withRelay(configure: { $0.application.clientSecret = Secret("wrong") }) { _, _ in }
    }
  }

  @Test func aBusyPortIsSaidAtOnce() async throws {
    try await withRelay(isLive: false) { relay, _ in
      await #expect(throws: ServerError.addressInUse(host: "127.0.0.1", port: relay.port)) {
        try await withRelay(configure: { $0.server.port = relay.port }) { _, _ in }
      }
    }
  }
}
