/// The validation endpoint's yes, for a user's token and for an application's own.
struct ValidationAnswer: Decodable {
  private let clientID: ClientID
  private let userID: TwitchUserID?
  private let login: String?
  private let scopes: ScopeList?
  private let expiresIn: Int?

  private enum CodingKeys: String, CodingKey {
    case clientID = "client_id"
    case userID = "user_id"
    case login
    case scopes
    case expiresIn = "expires_in"
  }

  var validation: Validation {
    Validation(
      clientID: clientID, userID: userID.flatMap { $0.rawValue.isEmpty ? nil : $0 },
      login: login.flatMap { $0.isEmpty ? nil : $0 }, scopes: scopes?.scopes ?? [], expiresIn: .seconds(expiresIn ?? 0))
  }
}
