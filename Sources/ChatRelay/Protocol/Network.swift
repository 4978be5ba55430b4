import Storage

/// A network as messages name it.
enum Network: String {
  case twitch
  /// The gateway's own chat.
  case irc

  /// The network an account is on; `nil` for one that this version does not know.
  init?(of account: Account) {
    self.init(rawValue: account.identity.network)
  }

  /// The name for people.
  var displayName: String {
    switch self {
    case .twitch: "Twitch"
    case .irc: "IRC"
    }
  }

  /// The page where an account's channel can be watched.
  func page(of account: Account) -> String? {
    guard self == .twitch else { return nil }
    // Logins are ASCII words; whatever else came along has no business in an address.
    return "https://twitch.tv/"
      + account.identity.login.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}
