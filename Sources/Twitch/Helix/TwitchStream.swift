/// A channel that is live.
public struct TwitchStream: Hashable, Sendable {
  /// Whose channel it is.
  public let userID: TwitchUserID
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
    case userID = "user_id"
    case gameName = "game_name"
    case title
    case viewerCount = "viewer_count"
    case startedAt = "started_at"
  }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    userID = try keys.decode(TwitchUserID.self, forKey: .userID)
    gameName = try keys.decodeIfPresent(String.self, forKey: .gameName) ?? ""
    title = try keys.decodeIfPresent(String.self, forKey: .title) ?? ""
    viewerCount = try keys.decodeIfPresent(Int.self, forKey: .viewerCount) ?? 0
    startedAt = try? keys.decode(Timestamp.self, forKey: .startedAt)
  }
}
