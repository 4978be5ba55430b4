public import FoundationEssentials

/// Somebody's identity on a network, linked to this gateway by its owner.
public struct Account: Identifiable, Hashable, Sendable {
  /// Whether the network still takes this account's tokens.
  public enum State: String, Hashable, Sendable {
    case usable
    /// The network refused a refresh: only the owner can help, by linking the account again.
    case relinkNeeded
  }

  public let id: AccountID
  public let owner: UserID
  public var identity: NetworkIdentity
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
  public var networkUserID: String
  /// The display name.
  public var name: String
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
