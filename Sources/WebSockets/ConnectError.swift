/// Why no connection came about.
public enum ConnectError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The URL is no `ws://`, `wss://`, `http://` or `https://` URL: correct it.
  case badURL
  /// No name, no route, nobody listening, or a certificate that does not hold: try again later.
  case unreachable(String)
  /// The server answered the handshake with an HTTP status other than 101: see what it wants.
  case refused(status: Int)
  /// Nothing happened in time: try again later.
  case timedOut

  public var description: String {
    switch self {
    case .badURL: "not a ws://, wss://, http:// or https:// URL"
    case .unreachable(let reason): "not reachable: \(reason)"
    case .refused(let status): "refused with HTTP status \(status)"
    case .timedOut: "not connected in time"
    }
  }
}
