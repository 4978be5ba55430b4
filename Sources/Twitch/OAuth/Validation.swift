/// What Twitch says about a valid token.
public struct Validation: Hashable, Sendable {
  /// The application the token was made for; calls with another client id fail.
  public let clientID: ClientID
  /// Whose token it is; nil for an application's own.
  public let userID: TwitchUserID?
  /// What the user granted; empty for an application's own token.
  public let scopes: [Scope]
}
