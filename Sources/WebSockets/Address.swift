/// The parts of an `http`, `https`, `ws` or `wss` URL that a connection needs, with path and query as they were given.
struct Address: Hashable {
  /// Where a connection goes: what can be shared between requests.
  struct Origin: Hashable {
    var host: String
    var port: Int
    var isSecure: Bool

    /// What the `Host` header says.
    var authority: String {
      let host = self.host.contains(":") ? "[\(self.host)]" : self.host
      return port == (isSecure ? 443 : 80) ? host : "\(host):\(port)"
    }
  }

  var origin: Origin
  /// Path and query, percent-encoded as given; never empty.
  var target: String

  /// Takes a URL apart; `nil` when it is none of the four kinds or has characters that a request line cannot carry.
  init?(_ url: String) {
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let schemeEnd = url.firstRange(of: "://")
    else { return nil }
    let isSecure: Bool
    switch url[..<schemeEnd.lowerBound].lowercased() {
    case "https", "wss": isSecure = true
    case "http", "ws": isSecure = false
    default: return nil
    }
    let rest = url[schemeEnd.upperBound...].prefix { $0 != "#" }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@"), let (host, port) = Self.hostAndPort(authority) else {
      return nil
    }
    let target = rest[authority.endIndex...]
    origin = Origin(host: host, port: port ?? (isSecure ? 443 : 80), isSecure: isSecure)
    self.target = target.hasPrefix("/") ? String(target) : "/" + target
  }

  private static func hostAndPort(_ authority: Substring) -> (String, Int?)? {
    var host = authority
    var port: Int?
    if let bracket = authority.firstIndex(of: "]"), authority.first == "[" {
      host = authority[authority.index(after: authority.startIndex)..<bracket]
      let after = authority[authority.index(after: bracket)...]
      guard after.isEmpty || after.first == ":" else { return nil }
      if !after.isEmpty { port = Int(after.dropFirst()) }
      if !after.isEmpty && port == nil { return nil }
    } else if let colon = authority.lastIndex(of: ":") {
      host = authority[..<colon]
      port = Int(authority[authority.index(after: colon)...])
      if port == nil { return nil }
    }
    // Colons belong into brackets, and brackets around colons only (RFC 3986 section 3.2.2).
    guard !host.isEmpty, (1...65535).contains(port ?? 80), host.contains(":") == (authority.first == "["),
      !host.contains("["), !host.contains("]")
    else { return nil }
    return (String(host), port)
  }
}
