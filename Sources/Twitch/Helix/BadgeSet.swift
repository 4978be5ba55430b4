/// Badges of one kind, as they look: a channel's subscriber badges, for instance, one for each length of time.
public struct BadgeSet: Hashable, Sendable {
  /// How one of them looks.
  public struct Version: Hashable, Sendable {
    /// What `Badge.id` says.
    public let id: String
    /// What it is called: "6-Month Subscriber".
    public let title: String
    /// Its picture's address, 36 pixels wide; empty when there is none.
    public let imageURL: String

    /// Describes a badge.
    public init(id: String, title: String, imageURL: String) {
      self.id = id
      self.title = title
      self.imageURL = imageURL
    }
  }

  /// What `Badge.setID` says.
  public let setID: String
  /// All that there are.
  public let versions: [Version]

  /// Describes a set.
  public init(setID: String, versions: [Version]) {
    self.setID = setID
    self.versions = versions
  }
}

extension BadgeSet: Decodable {
  private enum CodingKeys: String, CodingKey {
    case setID = "set_id"
    case versions
  }
}

extension BadgeSet.Version: Decodable {
  private enum CodingKeys: String, CodingKey {
    case id
    case title
    case imageURL = "image_url_2x"
  }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    id = try keys.decode(String.self, forKey: .id)
    title = try keys.decodeIfPresent(String.self, forKey: .title) ?? ""
    imageURL = try keys.decodeIfPresent(String.self, forKey: .imageURL) ?? ""
  }
}
