/// Why there is no token, or no answer about one.
public enum OAuthError: Error, Hashable, Sendable {
  /// The request never left this machine: try again later.
  case unreachable(String)
  /// The request left and no whole answer came: try again later. A token may have been made that nobody knows.
  case unanswered(String)
  /// Twitch answered 429 or 5xx, or something that its login server never answers: try again later.
  case unavailable(status: Int)
  /// The client id or the client secret is wrong: correct the configuration. Waiting does not help.
  case invalidApplication(message: String)
  /// The access token that was shown is not valid any more: refresh it.
  case invalidToken
  /// Twitch refused what was asked for any other reason: give up. When refreshing, the user must link the account again.
  case refused(status: Int, message: String)
  /// The account's tokens are spent or belong to someone else: nothing works until its user links it again.
  case relinkNeeded
  /// A new pair could not be stored, so it is not used; the next call tries to store it again.
  case notStored(String)
  /// Twitch said yes in words that make no sense here, or somebody in its place: try again later.
  case unreadable(String)

  /// Whether the same call may succeed later without anyone changing anything.
  public var isTemporary: Bool {
    switch self {
    case .unreachable, .unanswered, .unavailable, .notStored, .unreadable: true
    case .invalidApplication, .invalidToken, .refused, .relinkNeeded: false
    }
  }
}

extension OAuthError: CustomStringConvertible {
  /// One line for a person; holds no secret.
  public var description: String {
    switch self {
    case .unreachable(let reason): "Twitch's login server is not reachable: \(reason)"
    case .unanswered(let reason): "Twitch's login server did not answer: \(reason)"
    case .unavailable(let status): "Twitch's login server is unavailable (status \(status))"
    case .invalidApplication(let message): "Twitch does not accept the client id or the client secret: \(message)"
    case .invalidToken: "the token is not valid any more"
    case .refused(let status, let message): "Twitch's login server refused (status \(status)): \(message)"
    case .relinkNeeded: "the account must be linked again"
    case .notStored(let reason): "the new tokens could not be stored: \(reason)"
    case .unreadable(let reason): "Twitch's login server gave an answer that makes no sense: \(reason)"
    }
  }
}
