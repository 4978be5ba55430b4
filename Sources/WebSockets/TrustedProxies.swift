import Glibc

/// The addresses whose `X-Forwarded-*` headers are believed.
public struct TrustedProxies: Sendable, Equatable {
  private struct Network: Sendable, Equatable {
    var address: [UInt8]
    var prefix: Int
  }

  private var networks: [Network] = []

  /// Nobody is believed.
  public init() {}

  /// Believes these addresses and networks (`10.0.0.1`, `10.0.0.0/8`, `::1`).
  ///
  /// - Returns: `nil` when one of them is neither.
  public init?(_ list: [String]) {
    for text in list {
      let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      guard let address = Self.bytes(of: String(parts[0])) else { return nil }
      let prefix = parts.count > 1 ? Int(parts[1]) : address.count * 8
      guard let prefix, (0...address.count * 8).contains(prefix) else { return nil }
      networks.append(Network(address: address, prefix: prefix))
    }
  }

  /// Whether this address is one of them.
  func contains(_ address: String) -> Bool {
    guard let bytes = Self.bytes(of: address) else { return false }
    return networks.contains { network in
      network.address.count == bytes.count
        && (0..<network.prefix).allSatisfy { bit in
          let mask = UInt8(0x80) >> (bit % 8)
          return network.address[bit / 8] & mask == bytes[bit / 8] & mask
        }
    }
  }

  /// Who the request comes from: the last address in the chain that is none of ours.
  func client(peer: String, forwardedFor: String?) -> String {
    guard contains(peer), let forwardedFor else { return peer }
    let chain = forwardedFor.split(separator: ",").map { $0.filter { $0 != " " } }
    return chain.last { !contains($0) && Self.bytes(of: $0) != nil } ?? peer
  }

  private static func bytes(of address: String) -> [UInt8]? {
    // C would read no further than a zero.
    guard !address.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16)
    if unsafe inet_pton(AF_INET, address, &bytes) == 1 { return Array(bytes.prefix(4)) }
    return unsafe inet_pton(AF_INET6, address, &bytes) == 1 ? bytes : nil
  }
}
