import HTTPTypes
import Logging
import Testing
import WebSockets

@testable import Twitch

@Suite(.timeLimit(.minutes(1))) struct EventSubSessionTests {
  /// Twitch may deliver to the socket that it asked for as soon as that is open.
  @Test func aMoveWhoseSocketBreaksBeforeTheWelcomeMayHaveCostSomething() async throws {
    let loop = try EventLoop(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let host = SessionHost(on: loop)
    try await host.start()
    await host.untilWelcomed("afresh")
    #expect(await host.news == ["welcomed first", "interrupted", "welcomed afresh"])
    await host.stop()
    await loop.stop()
  }
}

/// An EventSub session, and a Twitch that asks it to move to a socket which breaks at once.
private actor SessionHost {
  private let loop: EventLoop
  private var server: Server?
  private var session: EventSubSession?
  private var isFirst = true
  private var waiter: (word: String, continuation: CheckedContinuation<Void, Never>)?
  /// What the session had to tell.
  private(set) var news: [String] = []

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  init(on loop: EventLoop) { self.loop = loop }

  func start() throws {
    let server = try Server(.init(), on: loop, respond: { _ in Response(.notFound) }) { request in
      .accept { self.accept($0, isMove: request.path == "/move") }
    }
    self.server = server
    let session = EventSubSession(
      url: "ws://127.0.0.1:\(server.port)/ws", loop: loop,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { self.hear($0) }
    self.session = session
    session.start(on: self)
  }

  func stop() {
    session?.stop()
    server?.stop()
    // What it tells goes to who has it.
    (session, server) = (nil, nil)
  }

  func untilWelcomed(_ id: String) async {
    let word = "welcomed \(id)"
    guard !news.contains(word) else { return }
    await withCheckedContinuation { waiter = (word, $0) }
  }

  private func accept(_ socket: WebSocket, isMove: Bool) {
    guard !isMove, let server else { return socket.abort() }
    let id = isFirst ? "first" : "afresh"
    socket.send(#"{"metadata":{"message_type":"session_welcome"},"payload":{"session":{"id":"\#(id)"}}}"#)
    guard isFirst else { return }
    isFirst = false
    let url = "ws://127.0.0.1:\(server.port)/move"
    socket.send(#"{"metadata":{"message_type":"session_reconnect"},"payload":{"session":{"reconnect_url":"\#(url)"}}}"#)
  }

  private func hear(_ one: EventSubSession.News) {
    switch one {
    case .welcomed(let id, _): news.append("welcomed \(id)")
    case .interrupted: news.append("interrupted")
    default: return
    }
    guard let (word, continuation) = waiter, news.last == word else { return }
    waiter = nil
    continuation.resume()
  }
}
