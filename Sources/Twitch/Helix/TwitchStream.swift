/// A channel that is live.
public struct TwitchStream: Hashable, Sendable {
  /// Twitch's id of this broadcast: another one each time the channel goes live.
  public let id: String
  /// Whose channel it is.
  public let userID: TwitchUserID
  /// The broadcaster's name in addresses.
  public let userLogin: String
  /// The broadcaster's name to show.
  public let userName: String
  /// The category's name; empty when none is set.
  public let gameName: String
  /// What the broadcaster calls it.
  public let title: String
  /// How many watch, some minutes old.
  public let viewerCount: Int
  /// When it went live.
  public let startedAt: Timestamp?
}

extension TwitchStream: Decodable {
  private enum CodingKeys: String, CodingKey {
    case id
    case userID = "user_id"
    case userLogin = "user_login"
    case userName = "user_name"
    case gameName = "game_name"
    case title
    case viewerCount = "viewer_count"
    case startedAt = "started_at"
  }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    id = try keys.decodeIfPresent(String.self, forKey: .id) ?? ""
    userID = try keys.decode(TwitchUserID.self, forKey: .userID)
    userLogin = try keys.decodeIfPresent(String.self, forKey: .userLogin) ?? ""
    userName = try keys.decodeIfPresent(String.self, forKey: .userName) ?? userLogin
    gameName = try keys.decodeIfPresent(String.self, forKey: .gameName) ?? ""
    title = try keys.decodeIfPresent(String.self, forKey: .title) ?? ""
    viewerCount = try keys.decodeIfPresent(Int.self, forKey: .viewerCount) ?? 0
    startedAt = try? keys.decode(Timestamp.self, forKey: .startedAt)
  }
}
