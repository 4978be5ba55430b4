/// Keeps one account's tokens: the only place that refreshes them, once however many ask.
///
/// A new pair is stored before it is used, since the old one may be spent. When Twitch refuses to refresh, the account needs
/// its user to link it again; that is told once, and from then on every call throws `.relinkNeeded`. Its owner validates it at
/// start and every hour. Belongs to the actor of its `OAuth`.
public final class UserToken {
  /// Whether the account can be used.
  public enum State: Hashable, Sendable {
    /// As far as anyone knows, the tokens work.
    case usable
    /// Twitch refused the tokens for good: only the user can help, by linking the account again.
    case relinkNeeded
  }

  /// Whose tokens these are.
  public let userID: TwitchUserID
  /// Whether the account can be used.
  public private(set) var state = State.usable
  /// What the user granted, as Twitch last said.
  public var scopes: [Scope] { pair.scopes }

  private let oauth: OAuth
  private let save: @Sendable (TokenPair) async throws -> Void
  private let onChange: (State) -> Void
  private let renewal = SharedCall<Secret, OAuthError>()
  private var pair: TokenPair
  private var unsaved: TokenPair?

  /// Keeps that pair.
  ///
  /// - Parameters:
  ///   - save: Stores a new pair; awaited before the pair is used. When it throws the pair waits, and is stored with the next try.
  ///   - onChange: Told each change of `state`, on the actor this belongs to.
  public init(
    of userID: TwitchUserID, pair: TokenPair, oauth: OAuth,
    save: @escaping @Sendable (TokenPair) async throws -> Void, onChange: @escaping (State) -> Void
  ) {
    self.userID = userID
    self.pair = pair
    self.oauth = oauth
    self.save = save
    self.onChange = onChange
  }

  /// Gives the access token to call with. It is replaced when Twitch refuses it, not by the clock, as Twitch advises.
  public func current() throws(OAuthError) -> Secret {
    guard state == .usable else { throw .relinkNeeded }
    return pair.accessToken
  }

  /// Gives a token to use instead of one that Twitch refused.
  ///
  /// Refreshes only when the refused token is still the current one, so a burst of refusals makes one refresh.
  public func refresh(insteadOf refused: Secret) async throws(OAuthError) -> Secret {
    let token = try current()
    guard token == refused else { return token }
    return try await renewal.run { () async throws(OAuthError) -> Secret in try await self.renew() }
  }

  /// Asks Twitch whether the token is valid and whose it is, refreshing it when it is not.
  ///
  /// A token of another user than this account's cannot be used: the account needs linking again. One of another application has no
  /// scopes here.
  @discardableResult
  public func validate() async throws(OAuthError) -> Validation {
    var token = try current()
    let validation: Validation
    do throws(OAuthError) {
      validation = try await oauth.validate(token)
    } catch .invalidToken {
      token = try await refresh(insteadOf: token)
      validation = try await oauth.validate(token)
    }
    // When the user linked the account again meanwhile, the answer says nothing of the tokens that count now.
    guard token == pair.accessToken else { return validation }
    guard validation.userID == userID else { throw giveUp() }
    // What was granted to another application is of no use to this one (FACTS 1.6). That is not stored, for the settings may be wrong.
    pair.scopes = validation.clientID == oauth.application.clientID ? validation.scopes : []
    return validation
  }

  /// Takes the pair of an account that its user linked again. It is stored already, and not one that `save` was given.
  public func replace(with pair: TokenPair) {
    self.pair = pair
    unsaved = nil
    change(to: .usable)
  }

  private func renew() async throws(OAuthError) -> Secret {
    let spent = pair.accessToken
    let new = try await successor()
    // When the user linked the account again meanwhile, that counts.
    guard pair.accessToken == spent else { return pair.accessToken }
    unsaved = new
    do {
      try await save(new)
    } catch {
      throw .notStored("\(error)")
    }
    guard pair.accessToken == spent else { return pair.accessToken }
    unsaved = nil
    pair = new
    return new.accessToken
  }

  /// The pair that follows the current one; the current one itself when it was replaced meanwhile.
  private func successor() async throws(OAuthError) -> TokenPair {
    if let unsaved { return unsaved }
    let spent = pair
    guard let refreshToken = spent.refreshToken else { throw giveUp() }
    do throws(OAuthError) {
      var new = try await oauth.refresh(refreshToken)
      if new.scopes.isEmpty { new.scopes = spent.scopes }
      return new
    } catch .refused {
      guard pair.accessToken == spent.accessToken else { return pair }
      throw giveUp()
    }
  }

  private func giveUp() -> OAuthError {
    change(to: .relinkNeeded)
    return .relinkNeeded
  }

  private func change(to new: State) {
    guard state != new else { return }
    state = new
    onChange(new)
  }
}
