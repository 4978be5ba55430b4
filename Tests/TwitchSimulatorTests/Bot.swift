import FoundationEssentials
import HTTPTypes
import Logging
import Testing
import WebSockets

@testable import TwitchSimulator

/// A client of Twitch that is written by hand: it knows addresses and JSON, and nothing of the simulator's inside.
actor Bot {
  struct Answer: Sendable {
    let status: Int
    let body: JSON
    let headers: HTTPFields

    subscript(header: String) -> String? { HTTPField.Name(header).flatMap { headers[$0] } }
    var message: String? { body["message"]?.string }
    /// The first row.
    var row: JSON? { body["data"]?.array?.first }
  }

  private let loop: EventLoop
  private let http: HTTPClient
  private let base: String
  private let wsBase: String
  private var sockets: [WebSocket] = []
  private(set) var appToken = ""
  private(set) var userToken = ""

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  init(of twitch: Simulator) async throws {
    loop = try EventLoop(logger: Logger(label: "bot"))
    http = HTTPClient(on: loop)
    base = twitch.origin
    wsBase = twitch.eventSubURL
  }

  func logIn(userToken: String) async throws {
    let answer = try await form("/oauth2/token", Bot.secrets + "&grant_type=client_credentials")
    appToken = try #require(answer.body["access_token"]?.string)
    self.userToken = userToken
  }

  static let secrets =
    "client_id=\(Simulator.Client.example.id)&client_secret=\(Simulator.Client.example.secret ?? "")"

  nonisolated func stop() async { await loop.stop() }

  // What goes over HTTP.

  func form(_ path: String, _ form: String) async throws -> Answer {
    try await send(.post, path, ["Content-Type": "application/x-www-form-urlencoded"], Data(form.utf8))
  }

  /// A call of the API with the app token, or with another one.
  func api(
    _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, token: String? = nil, client: String? = nil
  ) async throws -> Answer {
    let headers = [
      "Authorization": "Bearer \(token ?? appToken)",
      "Client-Id": client ?? Simulator.Client.example.id.rawValue,
    ]
    return try await send(method, "/helix" + path, headers, body?.data)
  }

  func control(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async throws -> Answer {
    try await send(method, "/control" + path, [:], body?.data)
  }

  func send(
    _ method: HTTPRequest.Method, _ path: String, _ headers: [String: String] = [:], _ body: Data? = nil
  ) async throws -> Answer {
    var fields = HTTPFields()
    for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
    let response = try await http.send(method, base + path, headers: fields, body: body, timeout: .seconds(20))
    return Answer(
      status: response.status.code,
      body: JSON(response.body) ?? .string(String(decoding: response.body, as: UTF8.self)),
      headers: response.headers)
  }

  // What goes over EventSub.

  /// Opens a socket and answers with its number.
  func open(_ url: String? = nil, query: String = "") async throws -> Int {
    sockets.append(try await WebSocket.connect(to: url ?? wsBase + query, on: loop))
    return sockets.count - 1
  }

  /// The next frame; nil when the connection is over.
  func frame(_ socket: Int) async -> JSON? {
    guard let text = await rawFrame(socket) else { return nil }
    return JSON(Data(text))
  }

  func rawFrame(_ socket: Int) async -> [UInt8]? {
    guard case .text(let bytes) = await receive(socket) else { return nil }
    return bytes
  }

  /// The next message. What does not come within twenty seconds never will: then the connection is over.
  private func receive(_ socket: Int) async -> Message? {
    let deadline = loop.schedule(after: .seconds(20)) { self.sockets[socket].abort() }
    defer { deadline.cancel() }
    return await sockets[socket].receive()
  }

  /// The event of the next frame, which must be a notification of this type.
  func event(_ type: String, on socket: Int) async throws -> JSON {
    let frame = try #require(await frame(socket))
    #expect(frame["metadata"]?["subscription_type"]?.string == type)
    return try #require(frame["payload"]?["event"])
  }

  /// Opens a socket and reads its welcome; answers with number and session id.
  func session(query: String = "") async throws -> (socket: Int, id: String) {
    let socket = try await open(query: query)
    let welcome = try #require(await frame(socket))
    #expect(welcome["metadata"]?["message_type"]?.string == "session_welcome")
    return (socket, try #require(welcome["payload"]?["session"]?["id"]?.string))
  }

  func closeCode(_ socket: Int) async -> UInt16? {
    while await receive(socket) != nil {}
    return sockets[socket].closure?.code
  }

  func say(_ text: String, on socket: Int) { sockets[socket].send(text) }
  func close(_ socket: Int) { sockets[socket].close() }
  func abort(_ socket: Int) { sockets[socket].abort() }

  // What every test begins with.

  func conduit(shards: Int) async throws -> String {
    let answer = try await api(.post, "/eventsub/conduits", ["shard_count": .int(shards)])
    return try #require(answer.row?["id"]?.string)
  }

  @discardableResult
  func assign(_ shards: [(Int, session: String)], of conduit: String) async throws -> Answer {
    let entries = shards.map { shard -> JSON in
      [
        "id": .string(String(shard.0)),
        "transport": ["method": "websocket", "session_id": .string(shard.session)],
      ]
    }
    return try await api(
      .patch, "/eventsub/conduits/shards", ["conduit_id": .string(conduit), "shards": .array(entries)])
  }

  /// A conduit whose shards all have a socket.
  func connectedConduit(shards: Int = 1) async throws -> (id: String, sockets: [Int], sessions: [String]) {
    let id = try await conduit(shards: shards)
    var sockets: [Int] = []
    var sessions: [String] = []
    for shard in 0..<shards {
      let (socket, session) = try await session()
      #expect(try await assign([(shard, session)], of: id).body["errors"] == [])
      sockets.append(socket)
      sessions.append(session)
    }
    return (id, sockets, sessions)
  }

  @discardableResult
  func subscribe(
    _ type: String, version: String = "1", _ condition: JSON, conduit: String
  ) async throws -> Answer {
    try await api(
      .post, "/eventsub/subscriptions",
      [
        "type": .string(type), "version": .string(version), "condition": condition,
        "transport": ["method": "conduit", "conduit_id": .string(conduit)],
      ])
  }
}
