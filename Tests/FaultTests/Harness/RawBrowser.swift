import Foundation
import Glibc

/// A browser's connection by hand, for what no proper client would do: read nothing, answer no ping.
///
/// Its calls block for a moment at most, but for `readToEnd`.
final class RawBrowser: Sendable {
  /// The gateway did not take it.
  struct Refusal: Error, CustomStringConvertible {
    var description: String
  }

  let descriptor: Int32

  /// Connects and shakes hands.
  ///
  /// - Parameter receiveBuffer: How much the system keeps that is not read; small, so that the gateway notices soon.
  init(port: Int, target: String, receiveBuffer: Int32? = nil) throws {
    descriptor = try RawBrowser.dial(port, receiveBuffer)
    write(Self.handshake(target))
    var head: [UInt8] = []
    while !head.ends(with: Array("\r\n\r\n".utf8)) {
      guard let byte = read(1).first else { throw Refusal(description: String(decoding: head, as: UTF8.self)) }
      head.append(byte)
    }
    guard head.starts(with: Array("HTTP/1.1 101".utf8)) else {
      throw Refusal(description: String(decoding: head, as: UTF8.self))
    }
  }

  /// Connects, and says nothing.
  init(mutelyTo port: Int) throws {
    descriptor = try RawBrowser.dial(port, nil)
  }

  deinit {
    Glibc.close(descriptor)
  }

  static func handshake(_ target: String) -> [UInt8] {
    Array(
      """
      GET \(target) HTTP/1.1\r
      Host: 127.0.0.1\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
      Sec-WebSocket-Version: 13\r
      \r\n
      """.utf8)
  }

  private static func dial(_ port: Int, _ receiveBuffer: Int32?) throws -> Int32 {
    // Not for programs that other tests start meanwhile: they would keep the connection open.
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Refusal(description: "no descriptor") }
    if var size = receiveBuffer {
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var timeout = timeval(tv_sec: 60, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    guard unsafe loopback(port, { unsafe connect(descriptor, $0, $1) }) == 0 else {
      Glibc.close(descriptor)
      throw Refusal(description: "no connection")
    }
    return descriptor
  }

  static func loopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  func write(_ bytes: [UInt8]) {
    _ = unsafe bytes.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  /// Ends the connection, and what reads from it.
  func hangUp() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// At most so many bytes; none at the end, or after a minute of silence.
  func read(_ limit: Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = unsafe recv(descriptor, &buffer, limit, 0)
    return Array(buffer.prefix(max(0, count)))
  }

  /// Everything until the gateway says goodbye or hangs up, as frames.
  func readToEnd() async -> [RawFrame] {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [self] in
        var frames: [RawFrame] = []
        var rest: [UInt8] = []
        while frames.last?.closeCode == nil, case let more = read(1 << 16), !more.isEmpty {
          rest += more
          frames += RawFrame.takeAll(from: &rest)
        }
        continuation.resume(returning: frames)
      }
    }
  }
}

/// A frame from a server, which masks none.
struct RawFrame: Sendable {
  var opcode: UInt8
  var payload: [UInt8]

  /// What a close frame says; `nil` for any other frame.
  var closeCode: Int? { opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
  /// The reason in a close frame.
  var reason: String { String(decoding: payload.dropFirst(2), as: UTF8.self) }

  /// Takes the whole frames from the start of these bytes.
  static func takeAll(from bytes: inout [UInt8]) -> [RawFrame] {
    var frames: [RawFrame] = []
    var rest = bytes[...]
    while rest.count >= 2 {
      let (first, second) = (rest[rest.startIndex], rest[rest.startIndex + 1])
      var header = 2
      var length = Int(second & 0x7F)
      if length >= 126 {
        let width = length == 126 ? 2 : 8
        guard rest.count >= 2 + width else { break }
        length = rest.dropFirst(2).prefix(width).reduce(0) { $0 << 8 | Int($1) }
        header += width
      }
      guard rest.count >= header + length else { break }
      frames.append(RawFrame(opcode: first & 0x0F, payload: Array(rest.dropFirst(header).prefix(length))))
      rest = rest.dropFirst(header + length)
    }
    bytes = Array(rest)
    return frames
  }
}

extension [UInt8] {
  fileprivate func ends(with end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
