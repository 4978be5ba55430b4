import Foundation
import HTTPTypes
import TestSupport
import WebSockets

/// A client of a gateway: it asks for pages, and keeps what comes on one WebSocket.
actor Visitor {
  /// As much of a message as these tests look at.
  struct Incoming: Decodable {
    struct Request: Decodable { var id: String? }
    var type: String
    var id: String?
    var code: String?
    var request: Request?
    var isSent: Bool?
    var afterMs: Int?
    var text: String?
    var cursor: String?
  }

  /// What was waited for in vain.
  struct Silence: Error, CustomStringConvertible {
    var description: String
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let loop: EventLoop
  /// The gateway's address and port.
  nonisolated let origin: String
  private lazy var client = HTTPClient(on: loop)
  private var socket: WebSocket?
  private var inbox: [Incoming] = []
  /// How the connection ended, once all that came before is in the inbox.
  private var end: Closure?
  private let waiters = Waiters()

  /// A client of the gateway at `http://origin`.
  init(_ origin: String, on loop: EventLoop) {
    self.origin = origin
    self.loop = loop
  }

  /// Asks for a page.
  func get(_ path: String) async throws(HTTPClientError) -> Response {
    try await client.send(.get, "http://\(origin)\(path)")
  }

  /// Asks until the gateway answers with that status.
  func get(_ path: String, until status: HTTPResponse.Status) async throws -> String {
    let deadline = ContinuousClock.now + .seconds(40)
    while true {
      let answer = try? await get(path)
      if let answer, answer.status == status { return String(decoding: answer.body, as: UTF8.self) }
      guard .now < deadline else { throw Silence(description: "\(path) is \(answer?.status, default: "unreachable")") }
      try await loop.sleep(for: .milliseconds(10))
    }
  }

  /// Connects, and throws what the handshake throws.
  func join(_ path: String) async throws {
    let socket = try await WebSocket.connect(to: "ws://\(origin)\(path)", on: loop)
    self.socket = socket
    Task {
      while let message = await socket.receive() {
        guard case .text(let bytes) = message else { continue }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        inbox.append(try decoder.decode(Incoming.self, from: Data(bytes)))
        waiters.wake()
      }
      end = socket.closure
      waiters.wake()
    }
  }

  /// Writes as an account in its own channel.
  func say(_ text: String, as account: some CustomStringConvertible, id: String) {
    socket?.send(
      #"{"type":"text","account_id":\#(account),"cur_stream_account_id":\#(account),"text":"\#(text)","id":"\#(id)"}"#)
  }

  /// Takes out the next message of a type.
  @discardableResult
  func next(_ type: String) async throws -> Incoming {
    let deadline = ContinuousClock.now + .seconds(15)
    while true {
      if let index = inbox.firstIndex(where: { $0.type == type }) { return inbox.remove(at: index) }
      guard end == nil, .now < deadline else { throw Silence(description: "no \(type) in \(inbox)") }
      await waiters.wait(until: deadline)
    }
  }

  /// Waits until the gateway has closed the connection, and gives its reason.
  func closed() async throws -> String {
    let deadline = ContinuousClock.now + .seconds(15)
    while true {
      if let end { return end.reason }
      guard .now < deadline else { throw Silence(description: "still open") }
      await waiters.wait(until: deadline)
    }
  }
}
