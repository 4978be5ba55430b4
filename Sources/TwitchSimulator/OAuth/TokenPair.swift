extension Simulator {
  /// A user's tokens, in the shape of Twitch's answer.
  public struct TokenPair: Sendable, Codable {
    /// The access token.
    public var accessToken: String
    /// Exchanges for the next pair.
    public var refreshToken: String
    /// Seconds until the access token ends.
    public var expiresIn: Int
    /// The scopes that the user granted.
    public var scope: [String]
  }

  /// A device grant that waits for a person.
  public struct PendingDevice: Sendable, Codable {
    /// What the person types or finds in the address.
    public var userCode: String
    /// The application that asked.
    public var clientId: Identifier<Client>
    /// What it asks for.
    public var scopes: [String]
  }
}
