public import FoundationEssentials

/// What the token endpoint hands out: an access token and, for a user, the refresh token that replaces it.
public struct TokenPair: Hashable, Sendable {
  /// What calls are made with.
  public var accessToken: Secret
  /// What gets the next pair; nil for an application's token.
  public var refreshToken: Secret?
  /// What the user granted; empty for an application's token.
  public var scopes: [Scope]
  /// When the access token ends, if Twitch said so. A hint only: Twitch may end a token at any time.
  public var expiresAt: Date?

  /// Takes a pair as it was stored or imported.
  public init(accessToken: Secret, refreshToken: Secret?, scopes: [Scope] = [], expiresAt: Date? = nil) {
    self.accessToken = accessToken
    self.refreshToken = refreshToken
    self.scopes = scopes
    self.expiresAt = expiresAt
  }
}
