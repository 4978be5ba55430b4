import Foundation
import TestSupport
import WebSockets

extension JSON {
  /// Why something was not done, in an answer to a line or in an error.
  var code: String? { self["code"]?.text ?? self["drop_reason"]?["code"]?.text }
}

/// A client of the gateway, as strict as one can be: it keeps everything that comes, in order, over however many connections.
actor Client {
  /// One message as it came.
  struct Incoming: Decodable, Sendable {
    var type: String
    var id: String?
    var cursor: String?
    var accountID: Int?
    var text: String?
    /// The whole of it, for what is looked at more closely.
    var bytes: [UInt8] = []

    private enum CodingKeys: String, CodingKey {
      case type, id, cursor, text
      case accountID = "account_id"
    }

    var json: JSON { (try? JSON(bytes)) ?? .null }
  }

  /// Why waiting was in vain.
  struct Silence: Error, CustomStringConvertible {
    var description: String
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let loop: EventLoop
  private var socket: WebSocket?
  /// Everything that came, oldest first; over all connections.
  private(set) var log: [Incoming] = []
  /// The ids of lines of network chat, in the order in which they came.
  private(set) var lines: [String] = []
  /// The same, with `nil` wherever a gap was told.
  private(set) var heard: [String?] = []
  private var known: Set<String> = []
  /// The latest cursor, to come back with.
  private(set) var cursor: String?
  /// Frames that were no message of the protocol.
  private(set) var nonsense = 0
  /// How the latest connection ended; `nil` while it lives.
  private(set) var closure: Closure?
  private let waiters = Waiters()

  init(on loop: EventLoop) {
    self.loop = loop
  }

  /// Connects, and throws what the handshake throws.
  func open(_ url: String) async throws {
    let socket = try await WebSocket.connect(to: url, on: loop)
    self.socket = socket
    closure = nil
    Task { await read(socket) }
  }

  private func read(_ socket: WebSocket) async {
    while let message = await socket.receive() {
      take(message)
      waiters.wake()
    }
    guard socket === self.socket else { return }
    closure = socket.closure
    waiters.wake()
  }

  private func take(_ message: Message) {
    guard case .text(let bytes) = message,
      var incoming = try? JSONDecoder().decode(Incoming.self, from: Data(bytes))
    else { return nonsense += 1 }
    incoming.bytes = bytes
    log.append(incoming)
    if let cursor = incoming.cursor { self.cursor = cursor }
    if incoming.type == "gap" { heard.append(nil) }
    if ["text", "emote"].contains(incoming.type), let id = incoming.id {
      lines.append(id)
      heard.append(id)
      known.insert(id)
    }
  }

  func send(_ text: String) {
    socket?.send(text)
  }

  func close() {
    socket?.close()
  }

  /// Drops the connection without a goodbye.
  func abort() {
    socket?.abort()
  }

  /// Whether those lines came.
  func has(_ ids: [String]) -> Bool { known.isSuperset(of: ids) }

  /// How many messages of a type came.
  func count(_ type: String) -> Int { log.count { $0.type == type } }

  /// Waits until something is so; looks after each message.
  func until(
    _ what: String, within seconds: Double = 10, _ condition: @Sendable (isolated Client) -> Bool
  ) async throws {
    _ = try await find(what, within: seconds) { condition($0) ? true : nil }
  }

  /// Waits until something is there; looks after each message.
  private func find<Found: Sendable>(
    _ what: String, within seconds: Double, _ look: @Sendable (isolated Client) -> Found?
  ) async throws -> Found {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
      if let found = look(self) { return found }
      guard await waiters.wait(until: deadline) else {
        throw Silence(description: "not within \(seconds) s: \(what)\(closure.map { "; closed with \($0)" } ?? "")")
      }
    }
  }

  /// The first message of a type that fits, from the message number `start` on; waits for it.
  @discardableResult
  func first(
    _ type: String, from start: Int = 0, within seconds: Double = 10,
    where fits: @Sendable (Incoming) -> Bool = { _ in true }
  ) async throws -> Incoming {
    try await find(type, within: seconds) { client in
      client.log.dropFirst(start).first { $0.type == type && fits($0) }
    }
  }

  /// Asks how the stream stands.
  func status() async throws -> JSON {
    let start = log.count
    send(#"{"type":"status"}"#)
    return try await first("status", from: start).json
  }

  /// Waits for the end of the connection.
  func closed(within seconds: Double = 10) async throws -> Closure {
    try await find("the end", within: seconds) { $0.closure }
  }

  /// Sends a line under an id and waits for what became of it.
  func say(
    _ text: String, from sender: some CustomStringConvertible, to target: some CustomStringConvertible, id: String,
    within seconds: Double = 15
  ) async throws -> JSON {
    send(#"{"type":"text","account_id":\#(sender),"cur_stream_account_id":\#(target),"text":"\#(text)","id":"\#(id)"}"#)
    return try await find("an answer to \(id)", within: seconds) { client in
      client.log.first { $0.type == "textresult" && $0.id == id }?.json
        ?? client.log.first { $0.type == "error" && $0.json["request"]?["id"] == .text(id) }?.json
    }
  }
}
