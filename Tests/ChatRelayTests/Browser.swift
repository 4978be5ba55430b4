import Foundation
import TestSupport
import Testing
import WebSockets

/// A client on one stream, as strict as one can be: it keeps everything that comes, in order.
actor Browser {
  /// Why waiting was in vain.
  struct Silence: Error, CustomStringConvertible {
    var description: String
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let loop: EventLoop
  private var socket: WebSocket?
  private var inbox: [JSON] = []
  private var closure: Closure?
  private let waiters = Waiters()

  /// Connects, and throws what the handshake throws.
  static func connect(to url: String, on loop: EventLoop) async throws -> Browser {
    let browser = Browser(loop: loop)
    try await browser.open(url)
    return browser
  }

  private init(loop: EventLoop) {
    self.loop = loop
  }

  private func open(_ url: String) async throws {
    let socket = try await WebSocket.connect(to: url, on: loop)
    self.socket = socket
    Task { await read() }
  }

  private func read() async {
    while let message = await socket?.receive() {
      if case .text(let bytes) = message, let json = try? JSON(bytes) { inbox.append(json) }
      waiters.wake()
    }
    closure = socket?.closure
    waiters.wake()
  }

  func send(_ text: String) {
    socket?.send(text)
  }

  /// Asks for something.
  func send(
    _ type: String, from sender: some CustomStringConvertible, to target: some CustomStringConvertible,
    text: String? = nil, id: String? = nil, replyTo: String? = nil
  ) {
    var members: [String] = ["\"type\":\"\(type)\"", "\"account_id\":\(sender)", "\"cur_stream_account_id\":\(target)"]
    if let text { members.append("\"text\":\"\(text)\"") }
    if let id { members.append("\"id\":\"\(id)\"") }
    if let replyTo { members.append("\"reply_to\":\"\(replyTo)\"") }
    send("{" + members.joined(separator: ",") + "}")
  }

  /// Takes out the next message of a type, or the next one at all; what is skipped stays.
  @discardableResult
  func next(_ type: String? = nil, within limit: Duration = .seconds(15)) async throws -> JSON {
    let deadline = ContinuousClock.now + limit
    while true {
      if let index = inbox.firstIndex(where: { type == nil || $0["type"]?.text == type }) {
        return inbox.remove(at: index)
      }
      if let closure { throw Silence(description: "no \(type ?? "message"): closed with \(closure)") }
      guard await waiters.wait(until: deadline) else {
        throw Silence(description: "no \(type ?? "message"); \(inbox)")
      }
    }
  }

  /// Everything that came and was not taken out, after what is on its way has arrived.
  func rest() async throws -> [JSON] {
    send(#"{"type":"status"}"#)
    try await next("status")
    defer { inbox = [] }
    return inbox
  }

  /// Asks how the stream stands.
  func status() async throws -> JSON {
    send(#"{"type":"status"}"#)
    return try await next("status")
  }

  /// Waits for the end.
  func closed(within limit: Duration = .seconds(15)) async throws -> Closure {
    let deadline = ContinuousClock.now + limit
    while true {
      if let closure { return closure }
      guard await waiters.wait(until: deadline) else { throw Silence(description: "still open") }
    }
  }

  func close() {
    socket?.close()
  }
}
