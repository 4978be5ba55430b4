public import FoundationEssentials

/// Somebody's identity on a network, linked to this gateway by its owner.
public struct Account: Identifiable, Hashable, Sendable {
  /// Whether the network still takes this account's tokens.
  public enum State: String, Hashable, Sendable {
    /// As far as is known.
    case usable
    /// The network refused a refresh: only the owner can help, by linking the account again.
    case relinkNeeded
  }

  /// What clients name it by; the same for ever, also when it is linked anew.
  public let id: AccountID
  /// Who linked it, and alone may share and remove it.
  public let owner: UserID
  /// Who it is on its network.
  public var identity: NetworkIdentity
  /// Whether its tokens are any good, as far as the gateway knows.
  public var state: State
  /// Changes each time the owner links the account anew, and not when a token is merely refreshed: whoever holds
  /// tokens in memory reads them again when this moved.
  public var linkedAt: Date

  /// The display name on the network.
  public var name: String { identity.name }
}

/// Who an account is on its network, in the network's own words.
public struct NetworkIdentity: Hashable, Sendable {
  /// `twitch`, the one there is so far.
  public var network: String
  /// The network's own id of it, which stays when names change.
  public var networkUserID: String
  /// The display name.
  public var name: String
  /// The name in addresses.
  public var login: String
  /// The address of the profile picture.
  public var picture: String?

  /// Describes an account as the network does; `network` and `networkUserID` together never change.
  public init(
    network: String = "twitch", networkUserID: String, name: String, login: String, picture: String? = nil
  ) {
    self.network = network
    self.networkUserID = networkUserID
    self.name = name
    self.login = login
    self.picture = picture
  }
}
