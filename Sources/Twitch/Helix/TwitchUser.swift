/// An account at Twitch.
public struct TwitchUser: Hashable, Sendable, Identifiable {
  /// What it is known by for ever.
  public let id: TwitchUserID
  /// The lower-case name in addresses; may change.
  public let login: String
  /// The name to show, possibly in another script.
  public let displayName: String
  /// The picture's address; empty when there is none.
  public let profileImageURL: String
}

extension TwitchUser: Decodable {
  private enum CodingKeys: String, CodingKey {
    case id
    case login
    case displayName = "display_name"
    case profileImageURL = "profile_image_url"
  }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    id = try keys.decode(TwitchUserID.self, forKey: .id)
    login = try keys.decode(String.self, forKey: .login)
    displayName = try keys.decodeIfPresent(String.self, forKey: .displayName) ?? login
    profileImageURL = try keys.decodeIfPresent(String.self, forKey: .profileImageURL) ?? ""
  }
}
