/// The validation endpoint's yes, for a user's token and for an application's own.
struct ValidationAnswer: Decodable {
  private let clientID: ClientID
  private let userID: TwitchUserID?
  private let scopes: ScopeList?

  private enum CodingKeys: String, CodingKey {
    case clientID = "client_id"
    case userID = "user_id"
    case scopes
  }

  var validation: Validation {
    Validation(
      clientID: clientID, userID: userID.flatMap { $0.rawValue.isEmpty ? nil : $0 }, scopes: scopes?.scopes ?? [])
  }
}
