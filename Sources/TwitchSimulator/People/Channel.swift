import DequeModule

/// A user's channel: what it shows, who is what in it, and its chat.
final class Channel {
  struct Stream {
    let id: String
    let startedAt: Moment
    /// From when on Get Streams knows of it.
    let listedAt: Moment
    var viewers: Int
  }

  let owner: Identifier<Simulator.User>
  var title = ""
  var category = "Just Chatting"
  var language = "en"
  var tags = ["English"]
  var stream: Stream?
  /// The stream that ended, as long as Get Streams does not know yet.
  var ended: (stream: Stream, listedUntil: Moment)?
  var settings = Simulator.ChatSettings(
    slowSeconds: 0, followerMinutes: -1, subscribersOnly: false, emotesOnly: false, unique: false)
  var roles: [Identifier<Simulator.User>: (role: Simulator.Role, months: Int)] = [:]
  var bans: [Identifier<Simulator.User>: Ban] = [:]
  var shared: SharedChat?
  private(set) var messages: Deque<ChatMessage> = []

  enum Ban {
    case forever
    case until(Moment)
  }

  init(owner: Identifier<Simulator.User>) { self.owner = owner }

  /// Keeps a message so that it can be replied to and deleted; the oldest of a thousand goes.
  func keep(_ message: ChatMessage) {
    messages.append(message)
    if messages.count > 1_000 { messages.removeFirst() }
  }

  func message(_ id: Identifier<Simulator.Message>) -> ChatMessage? { messages.last { $0.id == id } }

  func markDeleted(where matches: (ChatMessage) -> Bool) {
    for index in messages.indices where matches(messages[index]) { messages[index].deleted = true }
  }

  func role(of user: Identifier<Simulator.User>) -> Simulator.Role { roles[user]?.role ?? .none }

  func moderates(_ user: Identifier<Simulator.User>) -> Bool { user == owner || role(of: user) == .moderator }

  /// Broadcaster, moderators and VIPs: whom room modes and the slow limits do not concern.
  func isPrivileged(_ user: Identifier<Simulator.User>) -> Bool { moderates(user) || role(of: user) == .vip }

  func ban(of user: Identifier<Simulator.User>, at now: Moment) -> Ban? {
    switch bans[user] {
    case .until(let end) where end <= now: nil
    case let ban: ban
    }
  }

  /// The badges that follow from what somebody is here.
  func badges(of user: Identifier<Simulator.User>) -> [Simulator.Badge] {
    if user == owner { return [Simulator.Badge("broadcaster")] }
    let months = roles[user]?.months ?? 0
    switch role(of: user) {
    case .none: return []
    case .vip: return [Simulator.Badge("vip")]
    case .moderator: return [Simulator.Badge("moderator")]
    case .subscriber:
      let version = [12, 9, 6, 3].first { $0 <= months } ?? 0
      return [Simulator.Badge("subscriber", String(version), info: String(months))]
    }
  }
}

/// Channels whose chats are joined, the host first.
struct SharedChat {
  let id: String
  let channels: [Identifier<Simulator.User>]
  let createdAt: Moment
  var host: Identifier<Simulator.User> { channels[0] }
}
