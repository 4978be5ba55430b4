import CLibWebSockets
import Foundation
import Glibc

@testable import WebSockets

/// A server that answers one request of a TLS connection and says goodbye, but leaves the connection open.
final class TLSServer: Sendable {
  private let listener = RawServer()
  private let certificate: Server.Certificate

  var port: Int { listener.port }

  init(_ certificate: Server.Certificate) throws {
    self.certificate = certificate
  }

  /// Takes the next connection, and gives it back with its answer sent.
  func answer(_ body: String) async -> RawSocket {
    let socket = await listener.accept()
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [certificate, descriptor = socket.descriptor] in
        Self.answer(body, on: descriptor, certificate)
        continuation.resume()
      }
    }
    return socket
  }

  private static func answer(_ body: String, on descriptor: Int32, _ certificate: Server.Certificate) {
    let context = unsafe SSL_CTX_new(TLS_server_method())
    let ssl = unsafe prepared(context, descriptor, certificate)
    defer {
      unsafe SSL_free(ssl)
      unsafe SSL_CTX_free(context)
    }
    var request = [UInt8](repeating: 0, count: 4096)
    guard unsafe SSL_accept(ssl) == 1, unsafe SSL_read(ssl, &request, Int32(request.count)) > 0 else { return }
    let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    // Answer and goodbye leave together, so that whoever reads the one has the other.
    var isHeld: Int32 = 1
    _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CORK, &isHeld, socklen_t(MemoryLayout<Int32>.size))
    _ = unsafe SSL_write(ssl, answer, Int32(answer.count))
    _ = unsafe SSL_shutdown(ssl)
    isHeld = 0
    _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CORK, &isHeld, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func prepared(
    _ context: OpaquePointer?, _ descriptor: Int32, _ certificate: Server.Certificate
  ) -> OpaquePointer? {
    _ = unsafe SSL_CTX_use_certificate_file(context, certificate.chainPath, SSL_FILETYPE_PEM)
    _ = unsafe SSL_CTX_use_PrivateKey_file(context, certificate.keyPath, SSL_FILETYPE_PEM)
    let ssl = unsafe SSL_new(context)
    _ = unsafe SSL_set_fd(ssl, descriptor)
    return unsafe ssl
  }
}
