/// What Twitch says about a valid token.
public struct Validation: Hashable, Sendable {
  /// The application the token was made for; calls with another client id fail.
  public let clientID: ClientID
  /// Whose token it is; nil for an application's own.
  public let userID: TwitchUserID?
  /// That user's login name.
  public let login: String?
  /// What the user granted; empty for an application's own token.
  public let scopes: [Scope]
  /// How long the token lasts from now on, unless Twitch ends it.
  public let expiresIn: Duration
}
