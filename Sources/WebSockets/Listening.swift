import CLibWebSockets
import Glibc

extension Server {
  /// Tries the address first, to say exactly what is wrong with it: libwebsockets only says that it failed.
  static func probe(_ configuration: Configuration, at address: String) throws(ServerError) {
    let isIPv6 = address.contains(":")
    let socket = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var on: Int32 = 1
    _ = unsafe setsockopt(
      socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    guard bind(socket, to: address, port: configuration.port) else {
      let code = errno
      if code == EADDRINUSE {
        throw .addressInUse(host: configuration.host, port: configuration.port)
      }
      throw .cannotListen(
        host: configuration.host, port: configuration.port, reason: String(errno: code))
    }
  }

  private static func bind(_ socket: Int32, to address: String, port: Int) -> Bool {
    var storage = sockaddr_storage()
    return unsafe withUnsafeMutablePointer(to: &storage) { storage in
      let size: Int
      if address.contains(":") {
        size = MemoryLayout<sockaddr_in6>.size
        unsafe storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { place in
          unsafe place.pointee.sin6_family = sa_family_t(AF_INET6)
          unsafe place.pointee.sin6_port = in_port_t(port).bigEndian
          _ = unsafe inet_pton(AF_INET6, address, &place.pointee.sin6_addr)
        }
      } else {
        size = MemoryLayout<sockaddr_in>.size
        unsafe storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { place in
          unsafe place.pointee.sin_family = sa_family_t(AF_INET)
          unsafe place.pointee.sin_port = in_port_t(port).bigEndian
          _ = unsafe inet_pton(AF_INET, address, &place.pointee.sin_addr)
        }
      }
      return unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        unsafe Glibc.bind(socket, place, socklen_t(size)) == 0
      }
    }
  }

  /// Makes the virtual host that listens, or says that there is none.
  func makeHost(at address: String) -> OpaquePointer? {
    var info = unsafe lws_context_creation_info()
    unsafe info.port = Int32(configuration.port)
    unsafe info.protocols = Callback.serverProtocols
    unsafe info.user = Unmanaged.passUnretained(self).toOpaque()
    unsafe info.options = relay_option_listen
    unsafe info.keepalive_timeout = 60
    if !address.contains(":") { unsafe info.options |= relay_option_ipv4 }
    unsafe info.retry_and_idle_policy = UnsafePointer(idlePolicy)
    if certificate != nil {
      // The certificate comes in `prepareTLS`.
      unsafe info.options |= relay_option_tls
      // The host makes no connections of its own; without this, libwebsockets would read all CAs for it.
      unsafe info.provided_client_ssl_ctx = TLSSession.context
    }
    return unsafe withOptionalCString(["0.0.0.0", "::"].contains(address) ? nil : address) { interface in
      unsafe "server".withCString { name in
        unsafe "http/1.1".withCString { alpn in
          unsafe info.iface = interface
          unsafe info.vhost_name = name
          unsafe info.alpn = alpn
          return unsafe lws_create_vhost(loop.context, &info)
        }
      }
    }
  }

  /// libwebsockets has made the TLS context of this server, and nothing is in it yet.
  func prepareTLS(_ context: OpaquePointer?) -> Int32 {
    guard let context = unsafe context, let certificate else { return -1 }
    unsafe certificate.serve(context)
    return 0
  }

  private func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
  ) -> Result {
    guard let text else { return body(nil) }
    return unsafe text.withCString { unsafe body($0) }
  }
}
