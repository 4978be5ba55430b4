import Glibc

/// A port of loopback that takes connections, since the system does, and never says a word.
final class SilentPort: Sendable {
  /// The system gave no socket.
  struct Failure: Error {}

  let port: Int
  private let descriptor: Int32

  init() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        let code = unsafe bind(descriptor, $0, size)
        _ = unsafe getsockname(descriptor, $0, &size)
        return code == 0
      }
    }
    guard isBound, listen(descriptor, 64) == 0 else { throw Failure() }
    self.descriptor = descriptor
    port = Int(in_port_t(bigEndian: address.sin_port))
  }

  deinit {
    close(descriptor)
  }
}
