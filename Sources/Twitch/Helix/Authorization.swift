/// What a user granted to the application.
public struct Authorization: Hashable, Sendable, Decodable {
  /// Who granted it.
  public let userID: TwitchUserID
  /// That user's login name.
  public let userLogin: String
  /// What was granted.
  public let scopes: [Scope]

  private enum CodingKeys: String, CodingKey {
    case userID = "user_id"
    case userLogin = "user_login"
    case scopes
  }
}
