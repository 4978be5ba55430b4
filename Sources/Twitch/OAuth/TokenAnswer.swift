import FoundationEssentials

/// The token endpoint's yes.
struct TokenAnswer: Decodable {
  private let accessToken: String
  private let refreshToken: String?
  private let scopes: [Scope]
  private let expiresIn: Double?

  private enum CodingKeys: String, CodingKey {
    case accessToken = "access_token"
    case refreshToken = "refresh_token"
    case scopes = "scope"
    case expiresIn = "expires_in"
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    accessToken = try keys.decode(String.self, forKey: .accessToken)
    refreshToken = try keys.decodeIfPresent(String.self, forKey: .refreshToken)
    scopes = try keys.decodeIfPresent(ScopeList.self, forKey: .scopes)?.scopes ?? []
    expiresIn = try? keys.decode(Double.self, forKey: .expiresIn)
  }

  /// The pair, with its end counted from when the answer came.
  func pair(at now: Date) -> TokenPair {
    TokenPair(
      accessToken: Secret(accessToken), refreshToken: refreshToken.map { Secret($0) }, scopes: scopes,
      expiresAt: expiresIn.map { now.addingTimeInterval($0) })
  }
}

/// Scopes as an array, or, as one of Twitch's examples shows them, as one string.
struct ScopeList: Decodable {
  let scopes: [Scope]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      scopes = text.split(whereSeparator: { $0 == " " || $0 == "," }).map { Scope(String($0)) }
    } else {
      scopes = try container.decode([Scope].self)
    }
  }
}
