extension Simulator {
  /// Somebody with an account at the simulated Twitch; everyone has a channel too.
  public struct User: Sendable, Codable {
    /// The numeric id, as a string.
    public var id: Identifier<User>
    /// The name in addresses: lower-case ASCII.
    public var login: String
    /// The name to show, which may be in any script.
    public var displayName: String
    /// `#RRGGBB`, or empty for somebody who never chose one.
    public var color: String
    /// `partner`, `affiliate` or empty.
    public var broadcasterType: String
    /// The about text.
    public var bio: String
  }

  /// What can be said about a user when making one; only the login is required.
  public struct NewUser: Sendable, Codable {
    /// The name in addresses: lower-case ASCII.
    public var login: String
    /// The name to show; the login when left out.
    public var displayName: String?
    /// The numeric id; the next free one when left out.
    public var id: Identifier<User>?
    /// `#RRGGBB` or empty; one of Twitch's default colors, by login, when left out.
    public var color: String?
    /// `partner`, `affiliate` or empty.
    public var broadcasterType: String?

    /// Describes a user to make.
    public init(
      _ login: String, displayName: String? = nil, id: Identifier<User>? = nil, color: String? = nil,
      broadcasterType: String? = nil
    ) {
      self.login = login
      self.displayName = displayName
      self.id = id
      self.color = color
      self.broadcasterType = broadcasterType
    }
  }

  /// What somebody is in a channel; it decides badges and limits.
  public enum Role: String, Sendable, Codable {
    case none, subscriber, vip, moderator
  }
}
