import DequeModule

/// The limits on what one account may send (FACTS 9.4), over all channels.
struct SendLimits {
  struct Account {
    /// When it sent within the last 30 seconds, and whether as a privileged chatter.
    var sent: Deque<(at: Moment, isPrivileged: Bool)> = []
    var ignoredUntil: Moment?
    /// The last message per channel.
    var last: [Identifier<Simulator.User>: (text: String, at: Moment)] = [:]
  }

  enum Verdict {
    case allowed, tooFast, duplicate
  }

  private var accounts: [Identifier<Simulator.User>: Account] = [:]

  /// Decides about a message and, when it is allowed, remembers it.
  mutating func check(
    _ text: String, by user: Identifier<Simulator.User>, in channel: Identifier<Simulator.User>, isPrivileged: Bool,
    penalty: Double, at now: Moment
  ) -> Verdict {
    var account = accounts[user] ?? Account()
    defer { accounts[user] = account }
    while let first = account.sent.first, now - first.at >= 30 { account.sent.removeFirst() }
    if !isPrivileged {
      if let end = account.ignoredUntil, end > now { return .tooFast }
      if let last = account.last[channel], now - last.at < 1 { return .tooFast }
      if let last = account.last[channel], last.text == text, now - last.at < 30 { return .duplicate }
    }
    guard account.sent.count < (isPrivileged ? 100 : 20) else {
      account.ignoredUntil = now + penalty
      return .tooFast
    }
    account.sent.append((now, isPrivileged))
    account.last[channel] = (text, now)
    return .allowed
  }

  /// When somebody last wrote in a channel.
  func lastMessage(of user: Identifier<Simulator.User>, in channel: Identifier<Simulator.User>) -> Moment? {
    accounts[user]?.last[channel]?.at
  }
}
