/// Why a gateway does not start. Each description is one line for the person who starts it.
public enum RelayError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The folder with the pages cannot be read: name another one.
  case unreadablePublicFolder(path: String, reason: String)
  /// Webhook shards need an address that Twitch can reach: set the public URL, which for Twitch begins with `https://`.
  case noPublicURL

  public var description: String {
    switch self {
    case .unreadablePublicFolder(let path, let reason): "cannot read the pages in \(path): \(reason)"
    case .noPublicURL: "webhook shards need a public URL, such as https://chat.example.com"
    }
  }
}
