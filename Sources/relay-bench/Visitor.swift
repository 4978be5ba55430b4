import Foundation
import HTTPTypes
import Logging
import WebSockets

/// One client that looks at what it gets, on an event loop of its own.
actor Visitor {
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
  private let loop: EventLoop
  private var socket: WebSocket?

  init(_ url: String) async throws {
    loop = try EventLoop(logger: Logger(label: "visitor") { _ in SwiftLogNoOpLogHandler() })
    try await connect(to: url)
  }

  private func connect(to url: String) async throws {
    socket = try await WebSocket.connect(to: url, on: loop)
  }

  func send(_ text: String) { socket?.send(text) }

  /// The next message of a type, as it came.
  func message(_ type: String = "text") async throws -> [UInt8] {
    while case .text(let bytes)? = await socket?.receive() {
      if bytes.starts(with: #"{"type":"\#(type)""#.utf8) { return bytes }
      if bytes.starts(with: #"{"type":"error""#.utf8) { throw BenchmarkError(String(decoding: bytes, as: UTF8.self)) }
    }
    throw BenchmarkError("the server hung up")
  }

  /// The text of a page.
  func page(_ url: String) async throws -> String {
    String(decoding: try await HTTPClient(on: loop).send(.get, url).body, as: UTF8.self)
  }

  func leave() async {
    socket?.close()
    await loop.stop()
  }
}
