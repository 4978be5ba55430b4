/// Access and refresh tokens, and what users granted to which application.
struct Tokens {
  typealias UserID = Identifier<Simulator.User>
  typealias ClientID = Identifier<Simulator.Client>

  struct Access {
    let client: ClientID
    /// nil for an app token.
    let user: UserID?
    let scopes: [String]
    var expires: Moment
    /// What made it, for a user's token.
    var refresh: String?
  }

  struct Refresh {
    let client: ClientID
    let user: UserID
    let scopes: [String]
    /// Those that were made with it, oldest first: a refresh token keeps 50 of them alive.
    var access: [String] = []
    /// Whether it can be used once only, as those of public clients.
    let isSingleUse: Bool
    /// Public clients' refresh tokens end after 30 days.
    let expires: Moment
  }

  private struct GrantKey: Hashable {
    let user: UserID
    let client: ClientID
  }

  private var access: [String: Access] = [:]
  private var refresh: [String: Refresh] = [:]
  private var grants: [GrantKey: Set<String>] = [:]

  func valid(_ token: String, at now: Moment) -> Access? { access[token].flatMap { $0.expires > now ? $0 : nil } }

  /// The scopes that a user granted to an application by any login; nil when they never did.
  func scopes(of user: UserID, for client: ClientID) -> Set<String>? { grants[GrantKey(user: user, client: client)] }

  mutating func addAppToken(for client: ClientID, expires: Moment, mint: inout Mint) -> String {
    let token = mint.alphanumerics(30)
    access[token] = Access(client: client, user: nil, scopes: [], expires: expires)
    return token
  }

  /// Makes a pair and adds its scopes to the grant.
  mutating func addPair(
    for user: UserID, client: Simulator.Client, scopes: [String], now: Moment, lifetime: Double, mint: inout Mint
  ) -> (access: String, refresh: String) {
    grants[GrantKey(user: user, client: client.id), default: []].formUnion(scopes)
    let token = mint.refreshToken()
    refresh[token] = Refresh(
      client: client.id, user: user, scopes: scopes, isSingleUse: client.secret == nil,
      expires: client.secret == nil ? now + 30 * 86_400 : .distantFuture)
    return (addAccess(with: token, expires: now + lifetime, mint: &mint) ?? "", token)
  }

  func refreshable(_ token: String, by client: ClientID, at now: Moment) -> Refresh? {
    refresh[token].flatMap { $0.client == client && $0.expires > now ? $0 : nil }
  }

  /// Adds an access token to a refresh token; the 51st makes the first invalid.
  mutating func addAccess(with token: String, expires: Moment, mint: inout Mint) -> String? {
    guard let owner = refresh[token] else { return nil }
    let new = mint.alphanumerics(30)
    access[new] = Access(
      client: owner.client, user: owner.user, scopes: owner.scopes, expires: expires, refresh: token)
    refresh[token]?.access.append(new)
    if owner.access.count >= 50 { access[owner.access[0]] = nil }
    if owner.access.count >= 50 { refresh[token]?.access.removeFirst() }
    return new
  }

  mutating func removeRefresh(_ token: String) { refresh[token] = nil }

  /// Ends a token and, with a user's, the pair that it belongs to. Answers whose it was; nil when there is no such token.
  mutating func revoke(_ token: String, client: ClientID, at now: Moment) -> Access? {
    let pair = refresh[token].map { Access(client: $0.client, user: $0.user, scopes: [], expires: now, refresh: token) }
    guard let found = valid(token, at: now) ?? pair, found.client == client else { return nil }
    access[token] = nil
    guard let pair = found.refresh else { return found }
    for made in refresh[pair]?.access ?? [] { access[made] = nil }
    refresh[pair] = nil
    return found
  }

  /// Whether a user's application still holds a pair.
  func hasPair(_ user: UserID, _ client: ClientID) -> Bool {
    refresh.values.contains { $0.user == user && $0.client == client }
  }

  /// Ends access tokens of somebody, or the app tokens, and with `refreshToo` what could renew them.
  mutating func expire(of user: UserID?, refreshToo: Bool, at now: Moment) {
    for (token, entry) in access where entry.user == user { access[token]?.expires = now }
    if refreshToo, let user { refresh = refresh.filter { $0.value.user != user } }
  }

  /// Takes back everything that a user granted to an application.
  mutating func disconnect(_ user: UserID, from client: ClientID) {
    grants[GrantKey(user: user, client: client)] = nil
    access = access.filter { $0.value.user != user || $0.value.client != client }
    refresh = refresh.filter { $0.value.user != user || $0.value.client != client }
  }

  mutating func removeAll(of user: UserID) {
    for key in grants.keys where key.user == user { disconnect(user, from: key.client) }
  }
}
