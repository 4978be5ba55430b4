import FoundationEssentials
import Storage
import Twitch

/// A linked account as this gateway writes with it: its tokens, and how much it may still say.
///
/// One for each account, whoever uses it and wherever, since Twitch counts what an account says and not who asked.
final class Sender {
  let account: AccountID
  let twitchUser: TwitchUserID
  let token: UserToken
  /// Which linking the tokens are from.
  private(set) var linkedAt: Date
  var budget = SendBudget()
  /// Where the account was seen with a badge that gives it more room.
  private var privileges: Set<TwitchUserID> = []

  init(_ account: Account, token: UserToken) {
    self.account = account.id
    self.token = token
    twitchUser = token.userID
    linkedAt = account.linkedAt
  }

  /// Whether Twitch takes lines with this token, as far as is known.
  var canSend: Bool {
    token.state == .usable && (token.scopes.isEmpty || token.scopes.contains(.userWriteChat))
  }

  /// Whether Twitch's wider limits hold in a channel: one's own, or where one moderates or is a VIP.
  func isPrivileged(in channel: TwitchUserID) -> Bool {
    channel == twitchUser || privileges.contains(channel)
  }

  /// Learns the account's role in a channel from the badges of a line of its own.
  func learn(_ badges: [Badge], in channel: TwitchUserID) {
    let roles: Set<String> = ["broadcaster", "moderator", "lead_moderator", "vip"]
    if badges.contains(where: { roles.contains($0.setID) }) {
      privileges.insert(channel)
    } else {
      privileges.remove(channel)
    }
  }

  /// Goes on with the tokens of a new linking.
  func relink(_ pair: TokenPair, at linkedAt: Date) {
    self.linkedAt = linkedAt
    token.replace(with: pair)
  }
}
