extension Simulator {
  /// Makes a user, and with it a channel.
  @discardableResult
  public func addUser(_ new: NewUser) throws(SimulatorError) -> User {
    let login = new.login.lowercased()
    guard login.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || Character(UnicodeScalar($0)).isASCIIAlphanumeric }),
      (1...25).contains(login.utf8.count)
    else { throw .invalid("a login is 1 to 25 ASCII letters, digits and underscores") }
    let id = new.id ?? unusedUserID()
    guard people.user(login: login) == nil, people[id] == nil else {
      throw .invalid("there is a user with that login or id already")
    }
    let user = User(
      id: id, login: login, displayName: new.displayName ?? new.login, color: new.color ?? Simulator.color(of: login),
      broadcasterType: new.broadcasterType ?? "", bio: "")
    people.insert(user)
    record("user.added", ["user": login])
    return user
  }

  /// Removes a user; what depends on them is revoked with `user_removed`.
  public func removeUser(_ name: String) throws(SimulatorError) {
    let user = try people.find(name)
    try stopTalk(in: name)
    tokens.removeAll(of: user.id)
    revokeSubscriptions(status: "user_removed") { $0.condition.values.contains(user.id.rawValue) }
    people.remove(user)
    record("user.removed", ["user": user.login])
  }

  /// Everybody.
  public func users() -> [User] { people.sorted }

  /// Gives somebody a role in a channel; a moderator who loses it loses the subscriptions that hang on it.
  public func setRole(_ role: Role, of name: String, in channelName: String, months: Int = 1) throws(SimulatorError) {
    let user = try people.find(name)
    let (_, channel) = try people.findChannel(channelName)
    channel.roles[user.id] = role == .none ? nil : (role, months)
    revokeUnauthorized(status: "moderator_removed") { $0.broadcaster == channel.owner && $0.reader == user.id }
  }

  private func unusedUserID() -> Identifier<User> {
    var id = mint.userID()
    while people[id] != nil { id = mint.userID() }
    return id
  }

  /// One of the colors that Twitch gives to those who never chose one.
  private static func color(of login: String) -> String {
    let colors = [
      "#FF0000", "#0000FF", "#008000", "#B22222", "#FF7F50", "#9ACD32", "#FF4500", "#2E8B57", "#DAA520", "#D2691E",
      "#5F9EA0", "#1E90FF", "#FF69B4", "#8A2BE2", "#00FF7F",
    ]
    return colors[Int(stableHash(login) % UInt64(colors.count))]
  }
}

extension Character {
  fileprivate var isASCIIAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
