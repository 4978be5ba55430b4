import HTTPTypes
import WebSockets

/// Where a web page comes from: scheme and authority (RFC 6454).
enum Origin {
  /// The origin of an address; `nil` when it is none.
  static func of(url: String) -> String? {
    guard let scheme = url.firstRange(of: "://") else { return nil }
    let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return authority.isEmpty ? nil : url[..<scheme.upperBound].lowercased() + authority.lowercased()
  }

  /// Whether the page that a handshake comes from may connect. What is no page names no origin, and may.
  static func isAllowed(_ request: Request, _ configuration: Relay.Configuration) -> Bool {
    guard let allowed = configuration.allowedOrigins, let origin = request.headers[.origin]?.lowercased() else {
      return true
    }
    let own = [
      configuration.publicURL.flatMap { of(url: $0) }, "\(request.scheme)://\(request.authority)".lowercased(),
    ]
    return own.contains(origin) || allowed.contains { of(url: $0) == origin || $0 == origin }
  }
}
