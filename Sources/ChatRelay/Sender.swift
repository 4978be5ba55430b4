import FoundationEssentials
import Storage
import Twitch

/// A linked account as this gateway writes with it: its tokens, and how much it may still say.
///
/// One for each account, whoever uses it and wherever, since Twitch counts what an account says and not who asked.
final class Sender {
  /// What an account is in a channel, as far as Twitch's limits care.
  enum Role {
    /// It has not been seen there yet.
    case unknown
    /// Nobody in particular.
    case ordinary
    /// The broadcaster, a moderator or a VIP.
    case privileged
  }

  let account: AccountID
  let twitchUser: TwitchUserID
  let token: UserToken
  /// Which linking the tokens are from.
  private(set) var linkedAt: Date
  var budget: SendBudget
  private var roles: [TwitchUserID: Role] = [:]

  /// - Parameter budget: What the account has said already, when it was linked here before.
  init(_ account: Account, token: UserToken, budget: SendBudget = SendBudget()) {
    self.account = account.id
    self.token = token
    self.budget = budget
    twitchUser = token.userID
    linkedAt = account.linkedAt
  }

  /// Whether Twitch takes lines with this token, as far as is known.
  var canSend: Bool {
    token.state == .usable && token.scopes.contains(.userWriteChat)
  }

  /// What the account is in a channel. Until it is known the narrower limits hold.
  func role(in channel: TwitchUserID) -> Role {
    channel == twitchUser ? .privileged : roles[channel] ?? .unknown
  }

  /// Takes notice of a line of the account's in a channel, sent from here or not: it counts, and its badges tell the role there.
  func saw(_ message: ChatMessage, in channel: TwitchUserID, at now: ContinuousClock.Instant) {
    let names: Set<String> = ["broadcaster", "moderator", "lead_moderator", "vip"]
    roles[channel] = message.badges.contains { names.contains($0.setID) } ? .privileged : .ordinary
    budget.saw(message.id, in: channel, at: now)
  }

  /// Goes on with the tokens of a new linking.
  func relink(_ pair: TokenPair, at linkedAt: Date) {
    self.linkedAt = linkedAt
    token.replace(with: pair)
  }
}

extension Account {
  /// Whom Twitch knows it as.
  var twitchUser: TwitchUserID { TwitchUserID(identity.networkUserID) }
}
