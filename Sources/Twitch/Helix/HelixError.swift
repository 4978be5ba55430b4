/// Why a Helix call did not succeed, told apart by what the caller can do.
public enum HelixError: Error, Hashable, Sendable {
  /// The request never left this machine: send it again later.
  case unreachable(String)
  /// The request left and no whole answer came; whether Twitch did it is unknown: look before repeating it.
  case unanswered(String)
  /// The bucket is empty and Twitch did nothing: the same request may go at that time.
  case rateLimited(until: ContinuousClock.Instant)
  /// A limit of this endpoint or this object is reached although the bucket is not empty: back off for minutes, or remove
  /// something.
  case tooMany(message: String)
  /// There is no token to call with: see `OAuthError`, whose `.relinkNeeded` needs the account's user.
  case noToken(OAuthError)
  /// The token is valid and may not do this: the user must grant more, or the wrong kind of token was used.
  case unauthorized(message: String)
  /// Not permitted: missing grants, a ban, a time-out or a join limit, which Twitch does not tell apart. Try again after minutes.
  case forbidden(message: String)
  /// What was named does not exist, or belongs to another application.
  case notFound(message: String)
  /// Twitch does not accept the request as it is: do not repeat it unchanged.
  case badRequest(message: String)
  /// It exists already, under this identifier if Twitch told: adopt it.
  case conflict(existing: SubscriptionID?)
  /// Twitch failed, often without a word; whether it did what was asked is unknown: look, wait, repeat.
  case server(status: Int)
  /// Twitch said yes in words that make no sense here; it was probably done.
  case unreadable(String)

  /// Whether Twitch may have done what was asked, so that repeating it blindly could do it twice.
  public var isOutcomeUnknown: Bool {
    switch self {
    case .unanswered, .server, .unreadable: true
    default: false
    }
  }
}

extension HelixError: CustomStringConvertible {
  /// One line for a person; holds no secret and no chat.
  public var description: String {
    switch self {
    case .unreachable(let reason): "Twitch is not reachable: \(reason)"
    case .unanswered(let reason): "Twitch did not answer: \(reason)"
    case .rateLimited: "Twitch's rate limit is used up for the moment"
    case .tooMany(let message): "Twitch's limit is reached: \(message)"
    case .noToken(let error): "\(error)"
    case .unauthorized(let message): "Twitch does not accept the token for this: \(message)"
    case .forbidden(let message): "Twitch does not permit this: \(message)"
    case .notFound(let message): "Twitch does not know it: \(message)"
    case .badRequest(let message): "Twitch does not accept the request: \(message)"
    case .conflict: "Twitch has this already"
    case .server(let status): "Twitch failed (status \(status))"
    case .unreadable(let reason): "Twitch gave an answer that makes no sense: \(reason)"
    }
  }
}
