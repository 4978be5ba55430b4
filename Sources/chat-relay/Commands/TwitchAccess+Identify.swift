import Storage
import Twitch

/// Why a token pair links no account. Each description is one line for the person at the terminal.
enum LinkError: Error, CustomStringConvertible {
  /// The pair was made for another client id; it can be used with that one only.
  case otherApplication
  /// The token is an application's own and stands for no account.
  case noUser
  /// Twitch does not know the account that its token is for.
  case unknownUser

  var description: String {
    switch self {
    case .otherApplication: "the tokens were made for another client id than \(Setting.clientID.variable)"
    case .noUser: "the access token is an application's own; a user's is needed"
    case .unknownUser: "Twitch does not know the account that the token is for"
    }
  }
}

extension TwitchAccess {
  /// Asks Twitch whose pair this is and what it may do. An access token that has ended is refreshed first.
  func identify(_ pair: TokenPair) async throws -> (NetworkIdentity, NetworkTokens) {
    let (pair, validation) = try await validate(pair)
    guard validation.clientID == settings.application.clientID else { throw LinkError.otherApplication }
    guard let id = validation.userID else { throw LinkError.noUser }
    guard let user = try await helix.users(ids: [id]).first else { throw LinkError.unknownUser }
    let identity = NetworkIdentity(
      networkUserID: id.rawValue, name: user.displayName, login: user.login,
      picture: user.profileImageURL.isEmpty ? nil : user.profileImageURL)
    let tokens = NetworkTokens(
      accessToken: pair.accessToken.reveal(), refreshToken: pair.refreshToken?.reveal(),
      scopes: validation.scopes.map(\.rawValue), expiresAt: pair.expiresAt)
    return (identity, tokens)
  }
  private func validate(_ pair: TokenPair) async throws(OAuthError) -> (TokenPair, Validation) {
    do throws(OAuthError) {
      return (pair, try await oauth.validate(pair.accessToken))
    } catch .invalidToken {
      guard let refreshToken = pair.refreshToken else { throw .invalidToken }
      let successor = try await oauth.refresh(refreshToken)
      return (successor, try await oauth.validate(successor.accessToken))
    }
  }
}
