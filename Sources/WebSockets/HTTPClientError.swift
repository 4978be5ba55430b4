/// Why a request has no answer.
public enum HTTPClientError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The URL is no `http://` or `https://` URL: correct it.
  case badURL
  /// The request never left: it is safe to send it again.
  case unreachable(String)
  /// The request left, and no whole answer came: whether the server acted on it is unknown.
  case unanswered(String)
  /// The answer's body is larger than `limit` bytes.
  case tooLarge(limit: Int)

  public var description: String {
    switch self {
    case .badURL: "not an http:// or https:// URL"
    case .unreachable(let reason): "not reachable: \(reason)"
    case .unanswered(let reason): "no answer: \(reason)"
    case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
    }
  }
}
