/// Everybody at the simulated Twitch with their channels, found by id or login.
struct People {
  typealias UserID = Identifier<Simulator.User>

  private(set) var users: [UserID: Simulator.User] = [:]
  private(set) var channels: [UserID: Channel] = [:]
  private var ids: [String: UserID] = [:]

  subscript(_ id: UserID) -> Simulator.User? { users[id] }

  /// Everybody in order of their ids, so that lists are the same every time.
  var sorted: [Simulator.User] {
    users.values.sorted { ($0.id.rawValue.count, $0.id.rawValue) < ($1.id.rawValue.count, $1.id.rawValue) }
  }

  mutating func insert(_ user: Simulator.User) {
    users[user.id] = user
    ids[user.login] = user.id
    channels[user.id] = Channel(owner: user.id)
  }

  /// Replaces what is known of somebody; id and login stay.
  mutating func update(_ user: Simulator.User) { users[user.id] = user }

  mutating func remove(_ user: Simulator.User) {
    users[user.id] = nil
    ids[user.login] = nil
    channels[user.id] = nil
  }

  func user(login: String) -> Simulator.User? { ids[login.lowercased()].flatMap { users[$0] } }

  /// Finds somebody by login or id.
  func find(_ name: String) throws(SimulatorError) -> Simulator.User {
    guard let user = user(login: name) ?? users[Identifier(name)] else {
      throw .unknown(kind: "user", name: name)
    }
    return user
  }

  /// Finds somebody's channel by login or id.
  func findChannel(_ name: String) throws(SimulatorError) -> (Simulator.User, Channel) {
    let user = try find(name)
    guard let channel = channels[user.id] else { throw .unknown(kind: "channel", name: name) }
    return (user, channel)
  }
}
