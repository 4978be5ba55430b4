public import FoundationEssentials

/// An account's tokens in the clear: read right before they are used, sealed again at rest.
///
/// Its description shows no token, so that one that strays into a log says nothing.
public struct NetworkTokens: Codable, Hashable, Sendable, CustomStringConvertible {
  /// What calls are made with.
  public var accessToken: String
  /// What the next pair is got with; `nil` when the network gave none.
  public var refreshToken: String?
  /// What the owner granted, in the network's words.
  public var scopes: [String]
  /// When the network said the access token would end, if it did.
  public var expiresAt: Date?

  /// Holds a pair as the network handed it out.
  public init(accessToken: String, refreshToken: String?, scopes: [String], expiresAt: Date? = nil) {
    self.accessToken = accessToken
    self.refreshToken = refreshToken
    self.scopes = scopes
    self.expiresAt = expiresAt
  }

  /// The scopes alone.
  public var description: String { "NetworkTokens(scopes: \(scopes))" }
}
