import FoundationEssentials

extension HelixError: ExchangeError {}

extension HelixError {
  /// What an answer means for the caller; nil when it is a yes. The status decides, since the words are unstable prose.
  init?(status: Int, body: Data, limit: RateLimit?, at now: ContinuousClock.Instant) {
    let error = ErrorBody(body)
    switch status {
    case 200..<300: return nil
    case 401: self = .unauthorized(message: error.message)
    case 403: self = .forbidden(message: error.message)
    case 404: self = .notFound(message: error.message)
    case 409: self = .conflict(existing: error.existingID.map { SubscriptionID($0) })
    case 429: self = .tooManyRequests(error.message, limit: limit, at: now)
    case 400..<500: self = .badRequest(message: error.message)
    default: self = .server(status: status)
    }
  }

  /// Tells an empty bucket from one of the private limits, which answer 429 as well, with points left.
  ///
  /// Twitch may speak of the bucket with points left, too: then it does not know when, and a second is a beginning. The moment is
  /// never less away, since the bucket's own may seem to be past when clocks differ.
  private static func tooManyRequests(
    _ message: String, limit: RateLimit?, at now: ContinuousClock.Instant
  ) -> HelixError {
    let emptied = limit.flatMap { $0.remaining == 0 ? $0 : nil }
    guard emptied != nil || message.isAboutTheBucket else { return .tooMany(message: message) }
    return .rateLimited(until: max(emptied?.resetsAt ?? now, now + .seconds(1)))
  }

  /// Whether a 401 with these words is about the token itself, so that another one may help.
  ///
  /// The other 401s speak of missing scopes and grants (who "must have authorized"), of ids that do not match, and of the wrong kind
  /// of token. Some say no more than "Unauthorized", and mean the token.
  static func isAboutTheToken(_ message: String) -> Bool {
    let text = message.lowercased()
    return !["scope", "have authorized", "match", "app access token", "user access token"].contains {
      text.contains($0)
    }
  }
}

extension String {
  /// What Twitch says when all that is wrong is how many requests there were.
  fileprivate var isAboutTheBucket: Bool {
    isEmpty || lowercased().contains("request limit exceeded") || lowercased() == "too many requests"
  }
}
