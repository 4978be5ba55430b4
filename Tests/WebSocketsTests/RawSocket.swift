import Foundation
import Glibc

/// A plain TCP socket, for what no proper HTTP or WebSocket program would send.
///
/// Its calls block, so each runs on a thread of its own.
final class RawSocket: Sendable {
  let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  static func connect(port: Int, at host: UInt8 = 1) -> RawSocket {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(port, host)
    let code = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(code == 0, "nobody listens on \(port)")
    return RawSocket(descriptor)
  }

  /// A connection that has asked to become a WebSocket.
  static func upgrading(port: Int, path: String = "/") -> RawSocket {
    let raw = connect(port: port)
    raw.write(
      "GET \(path) HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    return raw
  }

  /// A connection whose handshake for a WebSocket has been answered.
  static func upgraded(port: Int) async -> RawSocket {
    let raw = upgrading(port: port)
    _ = await raw.read(until: "\r\n\r\n")
    return raw
  }

  /// 127.0.0.1, or another one of its network.
  static func loopback(_ port: Int, _ host: UInt8 = 1) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0000 | UInt32(host)).bigEndian
    return address
  }

  func write(_ text: String) {
    write(Array(text.utf8))
  }

  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Says that nothing more will come from here.
  func finish() {
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// What comes next, at most `limit` bytes; empty at the end.
  func readSome(_ limit: Int = 65536) async -> [UInt8] {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [self] in
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = unsafe Glibc.read(descriptor, &buffer, limit)
        continuation.resume(returning: Array(buffer.prefix(max(count, 0))))
      }
    }
  }

  /// Returns once the other end has reset the connection, without reading.
  func broken() async {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [self] in
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        _ = unsafe poll(&state, 1, -1)
        continuation.resume()
      }
    }
  }

  /// Everything until the other end closes.
  func readAll() async -> String {
    var all: [UInt8] = []
    while true {
      let some = await readSome()
      if some.isEmpty { return String(decoding: all, as: UTF8.self) }
      all += some
    }
  }

  /// Everything up to and with `end`.
  func read(until end: String) async -> String {
    var all = ""
    while !all.contains(end) {
      let some = await readSome(1)
      if some.isEmpty { return all }
      all += String(decoding: some, as: UTF8.self)
    }
    return all
  }
}

/// A TCP server on a free port of loopback whose answers the test writes by hand.
final class RawServer: Sendable {
  private let listener: RawSocket
  let port: Int

  init(port: Int = 0, at host: UInt8 = 1, backlog: Int32 = 16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = RawSocket.loopback(port, host)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = unsafe bind(descriptor, $0, size)
        _ = unsafe getsockname(descriptor, $0, &size)
      }
    }
    listen(descriptor, backlog)
    listener = RawSocket(descriptor)
    self.port = Int(in_port_t(bigEndian: address.sin_port))
  }

  func accept() async -> RawSocket {
    let descriptor = await withCheckedContinuation { continuation in
      Thread.detachNewThread { [listener] in
        continuation.resume(returning: Glibc.accept(listener.descriptor, nil, nil))
      }
    }
    // Made here, since ThreadSanitizer does not always see that the continuation hands over what the thread made.
    return RawSocket(descriptor)
  }
}
