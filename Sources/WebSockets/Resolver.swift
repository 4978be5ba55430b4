import CLibWebSockets
import Dispatch
import Glibc

/// Names to addresses, beside the event loop: the system's look-up blocks, and libwebsockets would do it on the loop.
enum Resolver {
  /// The addresses of a host in the order in which they should be tried; empty when there is none.
  static func addresses(of host: String) async -> [String] {
    if isAddress(host) { return [host] }
    return await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: lookUp(host)) }
    }
  }

  /// Whether this is an address already.
  static func isAddress(_ host: String) -> Bool {
    var space = in6_addr()
    return unsafe inet_pton(AF_INET, host, &space) == 1 || inet_pton(AF_INET6, host, &space) == 1
  }

  static func lookUp(_ host: String) -> [String] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_ADDRCONFIG
    var first: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
    defer { unsafe freeaddrinfo(first) }
    var addresses: [String] = []
    var next = unsafe first
    while let entry = unsafe next {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let code = unsafe getnameinfo(
        entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0,
        NI_NUMERICHOST)
      if code == 0 { addresses.append(String(characters: text.prefix { $0 != 0 })) }
      unsafe next = entry.pointee.ai_next
    }
    return addresses
  }
}
