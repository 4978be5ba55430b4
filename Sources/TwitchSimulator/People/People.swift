/// Everybody at the simulated Twitch with their channels, found by id or login.
struct People {
  typealias UserID = Identifier<Simulator.User>

  private(set) var users: [UserID: Simulator.User] = [:]
  private(set) var channels: [UserID: Channel] = [:]
  private var ids: [String: UserID] = [:]
  /// Shorter ids, which are smaller numbers, first.
  private var order: [UserID] = []

  subscript(_ id: UserID) -> Simulator.User? { users[id] }

  /// Everybody in order of their ids, so that lists are the same every time.
  var sorted: [Simulator.User] { order.compactMap { users[$0] } }

  /// Those with these ids or logins, each once and in order of their ids.
  func sorted(ids: [String], logins: [String]) -> [Simulator.User] {
    let found = Set(ids.map { UserID($0) } + logins.compactMap { self.ids[$0] })
    return found.sorted(by: Self.areInOrder).compactMap { users[$0] }
  }

  private static func areInOrder(_ one: UserID, _ other: UserID) -> Bool {
    (one.rawValue.utf8.count, one.rawValue) < (other.rawValue.utf8.count, other.rawValue)
  }

  mutating func insert(_ user: Simulator.User) {
    if users[user.id] == nil {
      order.insert(user.id, at: order.partitioningIndex { Self.areInOrder(user.id, $0) })
    }
    users[user.id] = user
    ids[user.login] = user.id
    channels[user.id] = Channel(owner: user.id)
  }

  /// Replaces what is known of somebody; id and login stay.
  mutating func update(_ user: Simulator.User) { users[user.id] = user }

  mutating func remove(_ user: Simulator.User) {
    users[user.id] = nil
    order.removeAll { $0 == user.id }
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
