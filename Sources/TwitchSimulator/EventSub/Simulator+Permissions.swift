/// Whether an application may have a subscription: the table of FACTS 7.1.
extension Simulator {
  func isAuthorized(_ subscription: Subscription) -> Bool {
    if case .webSocket = subscription.transport { return isAuthorizedByUser(subscription) }
    let client = subscription.client
    let reader = subscription.reader.map { tokens.scopes(of: $0, for: client) ?? [] } ?? []
    switch subscription.type.permission {
    case .none: return true
    case .client: return subscription.condition["client_id"] == client.rawValue
    case .whispers: return !reader.isDisjoint(with: ["user:read:whispers", "user:manage:whispers"])
    case .readOwn: return reader.isSuperset(of: ["user:read:chat", "user:bot"])
    case .readChat:
      return reader.isSuperset(of: ["user:read:chat", "user:bot"]) && mayRead(subscription)
        && isWelcome(subscription.reader, in: subscription.broadcaster, client)
    }
  }

  private func isAuthorizedByUser(_ subscription: Subscription) -> Bool {
    guard let user = subscription.user, let scopes = tokens.scopes(of: user, for: subscription.client) else {
      return false
    }
    switch subscription.type.permission {
    case .none: return true
    case .client: return false
    case .whispers:
      return subscription.reader == user && !scopes.isDisjoint(with: ["user:read:whispers", "user:manage:whispers"])
    case .readOwn: return subscription.reader == user && scopes.contains("user:read:chat")
    case .readChat: return subscription.reader == user && scopes.contains("user:read:chat") && mayRead(subscription)
    }
  }

  /// Whether the reader is not banned where it wants to read.
  private func mayRead(_ subscription: Subscription) -> Bool {
    guard let broadcaster = subscription.broadcaster, let reader = subscription.reader else { return true }
    return people.channels[broadcaster]?.ban(of: reader, at: deadlines.now) == nil
  }

  /// Whether an application may act as somebody in a channel: `channel:bot`, or the somebody moderates.
  func isWelcome(
    _ user: Identifier<User>?, in broadcaster: Identifier<User>?, _ client: Identifier<Client>
  ) -> Bool {
    guard let user, let broadcaster else { return false }
    if people.channels[broadcaster]?.moderates(user) == true { return true }
    return tokens.scopes(of: broadcaster, for: client)?.contains("channel:bot") == true
  }

  /// 0 where a user's permission is needed or was given for anything; else 1.
  func cost(of type: SubscriptionType, _ condition: [String: String], client: Identifier<Client>) -> Int {
    switch type.permission {
    case .readChat, .readOwn, .whispers: return 0
    case .client: return type.name == "conduit.shard.disabled" ? 0 : 1
    case .none:
      let broadcaster = Identifier<User>(condition["broadcaster_user_id"] ?? "")
      return tokens.scopes(of: broadcaster, for: client) == nil ? 1 : 0
    }
  }
}
