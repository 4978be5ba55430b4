import FoundationEssentials

/// Who and what there was at one moment: all users, accounts, streams and shares, ready to be looked up.
///
/// A value that never changes, so that a decision made with it is made with one state of affairs. A newer one comes
/// from ``Store/directories(after:)``.
public struct Directory: Equatable, Sendable {
  /// Everybody who may sign in.
  public internal(set) var users: [UserID: User] = [:]
  /// Everything that was linked, usable or not.
  public internal(set) var accounts: [AccountID: Account] = [:]
  /// The rooms that there are.
  public internal(set) var streams: [StreamID: Stream] = [:]
  var accessTokens: [Data: UserID] = [:]
  var usernames: [String: UserID] = [:]
  var networkUsers: [NetworkUser: AccountID] = [:]
  var accountShares: [AccountID: Set<UserID>] = [:]
  var streamShares: [StreamID: [UserID: StreamShare]] = [:]
  var carriers: [AccountID: [StreamID]] = [:]

  struct NetworkUser: Hashable {
    var network: String
    var id: String
  }

  /// Knows nobody.
  public init() {}

  /// Whose token this is.
  public func user(with token: AccessToken) -> User? { accessTokens[token.hash].flatMap { users[$0] } }

  /// Finds a user by name, whatever the case of its letters.
  public func user(named username: String) -> User? { usernames[User.key(of: username)].flatMap { users[$0] } }

  /// Finds the account that somebody on a network has here.
  public func account(on network: String = "twitch", networkUserID: String) -> Account? {
    networkUsers[NetworkUser(network: network, id: networkUserID)].flatMap { accounts[$0] }
  }

  /// The accounts that a user may write with anywhere: own ones and those shared with that user, in the order of ids.
  public func accounts(usableBy user: UserID) -> [Account] {
    accounts.values.filter { canUse($0.id, user) }.sorted { $0.id < $1.id }
  }

  /// Whether an account is a user's own or shared with that user.
  public func canUse(_ account: AccountID, _ user: UserID) -> Bool {
    accounts[account]?.owner == user || accountShares[account]?.contains(user) == true
  }

  /// The accounts whose chat a stream carries, in the owner's order.
  public func accounts(of stream: StreamID) -> [Account] {
    streams[stream]?.accounts.compactMap { accounts[$0] } ?? []
  }

  /// The streams that carry an account's chat, in the order of ids.
  public func streams(carrying account: AccountID) -> [Stream] { carriers[account]?.compactMap { streams[$0] } ?? [] }

  /// What a user may do with a stream's chat; the owner everything.
  public func chatLevel(of user: UserID, in stream: StreamID) -> ChatLevel {
    if let owner = streams[stream]?.owner, owner == user { return .write }
    return streamShares[stream]?[user]?.chatLevel ?? .none
  }

  /// With whom an account is shared, in the order of ids.
  public func users(sharing account: AccountID) -> [User] {
    (accountShares[account] ?? []).sorted().compactMap { users[$0] }
  }

  /// With whom a stream is shared, and how far.
  public func shares(of stream: StreamID) -> [UserID: StreamShare] { streamShares[stream] ?? [:] }
}
