import TestSupport
import Twitch

@testable import Twitch

/// Twitch for one schedule: conduits, shards, sessions, subscriptions, channels that talk, and a will of its own.
///
/// Knows nothing of the gateway but its sockets and its calls. Every call either takes effect or not, and either is answered or
/// not, as the dice say.
final class TwitchModel {
  struct ModelShard {
    var isEnabled = true
    var session: SessionID
  }

  struct ModelConduit {
    var shardCount: Int
    var shards: [Int: ModelShard] = [:]
  }

  final class Session {
    let id: SessionID
    var socket: Socket
    /// Whether a shard was ever assigned to it.
    var isUsed = false
    /// Good for one connection that takes the session over.
    var challenge: Int?

    init(_ id: SessionID, _ socket: Socket) { (self.id, self.socket) = (id, socket) }
  }

  let agenda: Agenda
  var dice: SeededGenerator
  /// How often a call or a connection goes wrong.
  var troubles = 0.0
  /// How often a delivery is made twice, in one way or another.
  var repetitions = 0.0
  /// For how many milliseconds what is on its way to a socket may be held up before it moves.
  var longestStall = 200
  /// Whether a requested reconnect leads to a session with another id.
  var renamesSessions = false
  var conduits: [ConduitID: ModelConduit] = [:]
  var subscriptions: [SubscriptionID: (topic: Twitch.Subscription.Topic, conduit: ConduitID)] = [:]
  private var sessions: [SessionID: Session] = [:]
  /// All that was ever sent in each channel.
  private(set) var lines: [[Line]]
  private(set) var deliveries: [NotificationID: Line] = [:]
  /// Whether something is wrong that the gateway has not been told of.
  private var isSecretive = false
  /// Lost while that is so, or while calls fail: people are to be told once the gateway can know.
  private var untold: [Line] = []
  /// How often a shard lost the session that it delivered to.
  private(set) var disabledCount = 0
  /// By when the gateway knows of every socket that is dead.
  private var deathsKnownAt: ContinuousClock.Instant
  private var made = 0

  init(_ agenda: Agenda, seed: UInt64, channels: Int) {
    self.agenda = agenda
    deathsKnownAt = agenda.now
    dice = SeededGenerator(seed)
    lines = Array(repeating: [], count: channels)
  }

  func newName(_ kind: String) -> String {
    made += 1
    return "\(kind)\(made)"
  }

  // Sockets.

  /// Somebody connects: to the usual address, or to one that was given for a session.
  func accept(_ socket: Socket, url: String) {
    socket.onLoss = { [weak self] line in self?.lost(line) }
    let parts = url.split(separator: " ")
    guard parts.count == 3, parts[0] == "move" else { return open(socket) }
    guard let session = sessions[SessionID(String(parts[1]))], session.challenge == Int(parts[2]) else {
      return socket.close(4007)
    }
    session.challenge = nil
    welcome(after: dice.milliseconds(0...300)) { self.takeOver(session, with: socket) }
  }

  private func open(_ socket: Socket) {
    let session = Session(SessionID(newName("session")), socket)
    sessions[session.id] = session
    follow(socket, of: session)
    let wait: Duration = dice.happens(troubles / 4) ? .seconds(dice.number(5...30)) : dice.milliseconds(0...20)
    welcome(after: wait) {
      guard self.sessions[session.id] != nil else { return }
      session.socket.send(.welcome(session.id, keepalive: .seconds(10)))
      self.keepAlive(session)
      // Twitch: ten seconds to be assigned.
      self.agenda.after(.seconds(10)) { if !session.isUsed { self.end(session, code: 4003) } }
    }
  }

  private func welcome(after wait: Duration, _ action: @escaping () -> Void) {
    agenda.after(wait, action)
  }

  private func takeOver(_ old: Session, with socket: Socket) {
    guard sessions[old.id] != nil else { return socket.close(4007) }
    guard renamesSessions else {
      let oldSocket = old.socket
      old.socket = socket
      follow(socket, of: old)
      socket.send(.welcome(old.id, keepalive: .seconds(10)))
      return agenda.after(.seconds(30)) { oldSocket.close(4004) }
    }
    let new = Session(SessionID(newName("session")), socket)
    sessions[new.id] = new
    follow(socket, of: new)
    socket.send(.welcome(new.id, keepalive: .seconds(10)))
    keepAlive(new)
    agenda.after(.seconds(10)) { if !new.isUsed { self.end(new, code: 4003) } }
    agenda.after(.seconds(30)) { self.end(old, code: 4004) }
  }

  private func follow(_ socket: Socket, of session: Session) {
    socket.onGoodbye = { [weak self, weak session, weak socket] _ in
      if let session, session.socket === socket { self?.forget(session) }
    }
  }

  private func keepAlive(_ session: Session) {
    agenda.after(.seconds(10)) {
      guard self.sessions[session.id] != nil else { return }
      session.socket.send(.keepalive)
      self.keepAlive(session)
    }
  }

  private func end(_ session: Session, code: UInt16) {
    guard sessions[session.id] != nil else { return }
    session.socket.close(code)
    forget(session)
  }

  /// What pointed to the session is disabled.
  private func forget(_ session: Session) {
    guard sessions.removeValue(forKey: session.id) != nil else { return }
    for (id, conduit) in conduits {
      for (place, shard) in conduit.shards where shard.session == session.id {
        if shard.isEnabled { disabledCount += 1 }
        conduits[id]?.shards[place]?.isEnabled = false
      }
    }
  }

  /// A shard is assigned to that session, if it is there.
  func use(_ id: SessionID) -> Bool {
    sessions[id]?.isUsed = true
    return sessions[id] != nil
  }

  /// Whether the session delivers to that socket now.
  func isOpen(_ id: SessionID) -> Bool {
    guard let socket = sessions[id]?.socket else { return false }
    return socket.isOpen && !socket.isDead
  }

  // Faults.

  /// The sessions that shards point to, in a fixed order.
  var used: [Session] { sessions.values.filter(\.isUsed).sorted { $0.id < $1.id } }

  func close(_ session: Session) {
    end(session, code: dice.pick([4000, 4001, 4002, 4005, 4006, 4999, 1001, 1012] as [UInt16]) ?? 4000)
  }

  func reset(_ session: Session) {
    session.socket.reset()
    forget(session)
  }

  /// Nothing gets through any more; Twitch takes note after some seconds.
  func kill(_ session: Session) {
    deathsKnownAt = agenda.now + Fault.noticed + .seconds(2)
    session.socket.die()
    agenda.after(dice.milliseconds(2000...20_000)) { self.forget(session) }
  }

  /// Asks a session to move; to an address that is dead, maybe.
  func requestReconnect(_ session: Session, isDead: Bool) {
    let challenge = dice.number(1...1_000_000)
    session.challenge = challenge
    if dice.happens(0.3) { session.socket.stall(dice.milliseconds(0...longestStall)) }
    session.socket.send(.reconnect(url: isDead ? "dead" : "move \(session.id) \(challenge)"))
    // A request that was met is over, whatever was asked for since.
    agenda.after(.seconds(30)) { if session.challenge == challenge { self.end(session, code: 4004) } }
  }

  /// Stops delivering to a shard whose socket lives on. Whoever is told is told by what comes back.
  func disableShard(isTold: Bool) -> ShardDisabled? {
    let places = conduits.flatMap { id, conduit in
      conduit.shards.filter(\.value.isEnabled).map { (id, $0.key, $0.value.session) }
    }.sorted { $0.2 < $1.2 }
    guard let (id, place, session) = dice.pick(places) else { return nil }
    conduits[id]?.shards[place]?.isEnabled = false
    isSecretive = isSecretive || !isTold
    let status = "websocket_internal_error"
    return isTold ? ShardDisabled(conduitID: id, shardID: ShardID(place), status: status, sessionID: session) : nil
  }

  /// Gives a conduit another number of shards, and tells nobody.
  func resizeSecretly(_ id: ConduitID, _ shardCount: Int) {
    guard conduits[id] != nil else { return }
    conduits[id]?.shardCount = shardCount
    isSecretive = true
  }

  func deleteConduit(_ id: ConduitID) {
    conduits[id] = nil
    subscriptions = subscriptions.filter { $0.value.conduit != id }
    isSecretive = true
  }

  // Chat.

  @discardableResult
  func say(_ content: Line.Content, in channel: Int, by author: Int) -> Line {
    let line = Line(channel: channel, number: lines[channel].count, author: author, content: content, at: agenda.now)
    lines[channel].append(line)
    let type: SubscriptionType =
      switch content {
      case .text: .channelChatMessage
      case .delete: .channelChatMessageDelete
      case .clear, .whisper: .channelChatClearUserMessages
      }
    let subscribed = subscriptions.values.filter {
      $0.topic.type == type && $0.topic.condition["broadcaster_user_id"] == "\(channel)"
    }
    for conduit in subscribed.map(\.conduit).sorted() { deliver(line, to: conduit) }
    if line.toBeToldBy == nil { lost(line) }
    return line
  }

  private func deliver(_ line: Line, to id: ConduitID) {
    guard let conduit = conduits[id], conduit.shardCount > 0 else { return }
    let home = (line.channel * 7 + 3) % conduit.shardCount
    let notification = newDelivery(of: line)
    let others = (0..<conduit.shardCount).filter { $0 != home }
    if dice.happens(repetitions / 4), let other = dice.pick(others) { put(notification, line, on: other, of: conduit) }
    // Which one is not documented; as long as the home is away it is the same here.
    if !put(notification, line, on: home, of: conduit), !others.isEmpty {
      put(notification, line, on: (home + 1) % conduit.shardCount, of: conduit)
    }
    guard dice.happens(repetitions) else { return }
    switch dice.number(0...2) {
    case 0: put(notification, line, on: home, of: conduit)
    case 1: if line.hasOwnID { put(newDelivery(of: line), line, on: home, of: conduit) }
    default: if let other = dice.pick(others) { put(notification, line, on: other, of: conduit) }
    }
  }

  private func newDelivery(of line: Line) -> Twitch.Notification {
    let (seconds, attoseconds) = agenda.elapsed.components
    let timestamp = Timestamp(
      seconds: 1_780_000_000 + seconds, nanoseconds: Int32(attoseconds / 1_000_000_000))
    let notification = line.notification(delivery: newName("delivery"), at: timestamp)
    deliveries[notification.id] = line
    return notification
  }

  @discardableResult
  private func put(_ notification: Twitch.Notification, _ line: Line, on place: Int, of conduit: ModelConduit) -> Bool {
    guard let shard = conduit.shards[place], shard.isEnabled, let session = sessions[shard.session] else {
      return false
    }
    return session.socket.send(.notification(notification), line)
  }

  /// How soon people have to be told depends on how soon the gateway can know.
  private func lost(_ line: Line) {
    guard !line.hasArrived, line.copies == 0 else { return }
    line.toBeToldBy = max(agenda.now + Self.tellingTime, deathsKnownAt)
    guard isSecretive || troubles > 0 else { return }
    line.toBeToldBy = agenda.now + .seconds(3600)
    untold.append(line)
  }

  /// Twitch and the gateway agree again: the gateway has seen what there was to be seen.
  func nothingIsSecret() {
    isSecretive = false
    for line in untold where line.toBeToldBy != nil {
      line.toBeToldBy = max(agenda.now + Self.tellingTime, deathsKnownAt)
    }
    untold = []
  }

  /// A gap that a kill kept from being told, or that there was nobody to tell, is the one with which the next run begins.
  func tellAtStart(since kill: ContinuousClock.Instant) {
    for line in lines.joined() {
      // Also what was read and waited for its turn, which something younger may have had.
      if line.wasCutOff { line.toBeToldBy = line.toBeToldBy ?? agenda.now }
      if let time = line.toBeToldBy, time >= kill { line.toBeToldBy = max(time, agenda.now) }
    }
  }

  /// How long it takes until people are told of what is known to the gateway: `GapPace`, and the way to them.
  private static let tellingTime: Duration = .seconds(3)
}
