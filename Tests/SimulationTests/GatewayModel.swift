import TestSupport

@testable import Twitch

/// One run of the gateway's program: carries out what its values decide, as `ConduitPool` and its keepers do.
final class GatewayModel {
  private unowned let world: World
  private let room: RoomModel
  private var conduit: ConduitState
  private var subscriptions = SubscriptionState(client: "client")
  private var arrivals = Arrivals()
  private var sessions: [Int: SessionModel] = [:]
  private var retired: [SessionModel] = []
  private var isKilled = false
  private var usedConduit: ConduitID?
  private var wake: ContinuousClock.Instant?
  private var arrivalWake: ContinuousClock.Instant?
  private var isRung = false

  /// Starts a run with what the last one left on disk.
  init(_ world: World, _ room: RoomModel) {
    self.world = world
    self.room = room
    conduit = ConduitState(Array(repeating: .webSocket, count: world.shardCount), stored: world.disk.conduit)
    subscriptions.want(world.channels, at: now)
    arrivals.remember(world.disk.seenKeys(at: now), at: now)
    ring()
  }

  private var now: ContinuousClock.Instant { world.agenda.now }

  /// Whether Twitch and the gateway agree on what was wanted.
  var isAsWanted: Bool {
    guard !isKilled, conduit.isReady, let id = conduit.conduit, let there = world.twitch.conduits[id] else {
      return false
    }
    let isEachEnabled = (0..<world.shardCount).allSatisfy { place in
      guard let shard = there.shards[place], shard.isEnabled else { return false }
      return world.twitch.isOpen(shard.session) && conduit.shards[place].session == shard.session
    }
    return there.shardCount == world.shardCount && isEachEnabled && subscriptions.isComplete == true
      && !arrivals.isLossy
  }

  /// Whether a shard counts as ready and its socket is dead.
  var isDeceived: Bool {
    !isKilled && conduit.shards.contains { $0.isReady && !($0.session.map(world.twitch.isOpen) ?? true) }
  }

  var summary: String {
    "\(conduit.shards.map(\.phase)), \(subscriptions.missingCount) subscriptions missing, conduit \(conduit.conduit as Any)"
  }

  func want(_ count: Int) {
    conduit.want(Array(repeating: .webSocket, count: count))
    ring()
  }

  func want(_ channels: Set<ConduitPool.Channel>) {
    subscriptions.want(channels, at: now)
    ring()
  }

  func disabled(_ event: ShardDisabled) {
    guard !isKilled else { return }
    conduit.disabled(event, at: now, using: &world.dice)
    arrivals.interrupted()
    handOnArrivals()
    ring()
  }

  func kill() {
    isKilled = true
    for (_, session) in sessions.sorted(by: { $0.key < $1.key }) { session.vanish() }
    for session in retired { session.vanish() }
    sessions = [:]
  }

  // Work.

  private func ring() {
    guard !isRung else { return }
    isRung = true
    world.agenda.after(.zero) {
      self.isRung = false
      self.work()
    }
  }

  private func work() {
    guard !isKilled else { return }
    for step in conduit.steps(at: now) { carryOut(step) }
    follow()
    for step in subscriptions.steps(at: now, allowance: 100) { carryOut(step) }
    guard let next = [conduit.wake(after: now), subscriptions.wake(after: now)].compactMap({ $0 }).min(),
      wake.map({ next < $0 || $0 <= now }) ?? true
    else { return }
    wake = next
    world.agenda.at(next) {
      guard self.wake == next else { return }
      self.wake = nil
      self.work()
    }
  }

  private func follow() {
    if conduit.conduit != usedConduit {
      usedConduit = conduit.conduit
      subscriptions.use(usedConduit, isNew: conduit.isNew, at: now)
      if let usedConduit { world.disk.conduit = usedConduit }
    }
    followShards()
    handOnArrivals()
  }

  private func followShards() {
    arrivals.follow(isLossy: conduit.isLossy, isWhole: conduit.isReady, at: now)
  }

  /// Makes a call: it takes effect on the way, and its answer comes later.
  private func ask<Answer>(_ effect: @escaping () -> Answer, then: @escaping (Answer) -> Void) {
    let (there, back) = (world.dice.milliseconds(2...60), world.dice.milliseconds(2...60))
    world.agenda.after(there) {
      guard !self.isKilled else { return }
      let answer = effect()
      self.world.agenda.after(back) {
        guard !self.isKilled else { return }
        then(answer)
        self.ring()
      }
    }
  }

  private func carryOut(_ step: ConduitState.Step) {
    world.note(step.text)
    let twitch = world.twitch
    switch step {
    case .list:
      ask({ twitch.call { twitch.listConduits() } }) { self.conduit.listed($0, at: self.now, using: &self.world.dice) }
    case .create(let count):
      ask({ twitch.call { twitch.createConduit(count) } }) {
        self.conduit.created($0, at: self.now, using: &self.world.dice)
      }
    case .resize(let id, let count):
      ask({ twitch.call { twitch.resize(id, count) } }) {
        self.conduit.resized(id, $0, at: self.now, using: &self.world.dice)
      }
    case .connect(let shard): connect(shard)
    case .disconnect(let shard):
      guard let session = shard.index.flatMap({ sessions.removeValue(forKey: $0) }) else { return }
      retired.append(session)
      session.retire()
    case .assign(let id, let call):
      ask({ twitch.call { twitch.assign(id, call) } }) { result in
        self.conduit.assigned(call, on: id, result, at: self.now, using: &self.world.dice)
        for shard in call.keys.sorted() { self.confirm(shard) }
      }
    case .look(let id):
      let askedAt = now
      ask({ twitch.call { twitch.look(id) } }) {
        let isLate = self.conduit.looked(at: id, $0, askedAt: askedAt, at: self.now, using: &self.world.dice)
        if isLate { self.arrivals.interrupted() }
      }
    }
  }

  private func carryOut(_ step: SubscriptionState.Step) {
    let twitch = world.twitch
    switch step {
    case .list(let id):
      ask({ twitch.call { twitch.listSubscriptions() } }) {
        self.subscriptions.listed($0, on: id, at: self.now, using: &self.world.dice)
      }
    case .create(let topic, let id):
      begin(topic)
      ask({ twitch.call(isSubscription: true) { twitch.subscribe(topic, id) } }) {
        self.begin(topic)
        let isDoubtful = self.subscriptions.created(topic, on: id, $0, at: self.now, using: &self.world.dice)
        if isDoubtful { self.conduit.hintToLook() }
      }
    case .delete(let id):
      ask({ twitch.unsubscribe(id) }) { self.subscriptions.deleted(id, $0, at: self.now, using: &self.world.dice) }
    }
  }

  private func begin(_ topic: Twitch.Subscription.Topic) {
    guard let channel = topic.channel else { return }
    arrivals.interrupted(in: channel.broadcaster)
    handOnArrivals()
  }

  private func connect(_ shard: ShardID) {
    guard let place = shard.index else { return }
    if let session = sessions.removeValue(forKey: place) {
      retired.append(session)
      session.retire()
    }
    sessions[place] = SessionModel(world) { [weak self] news, line in self?.receive(news, line, from: place) }
  }

  private func confirm(_ shard: ShardID) {
    guard let place = shard.index, conduit.shards.indices.contains(place), conduit.shards[place].isReady,
      let id = conduit.shards[place].session
    else { return }
    sessions[place]?.assigned(to: id)
  }

  // News.

  private func receive(_ news: EventSubSession.News, _ line: Line?, from place: Int) {
    guard !isKilled else { return }
    if let line {
      world.note("\(line.id) \(line.kind) over \(place), \(news.word)")
    } else {
      world.note("\(place): \(news)")
    }
    switch news {
    case .notification(let notification):
      if arrivals.receive(notification, on: place, at: now) { room.receive(notification) }
    case .early(let notification): arrivals.receive(early: notification, on: place, at: now)
    case .settled: arrivals.settled(place, at: now)
    case .interrupted: arrivals.interrupted()
    case .stranded:
      conduit.stranded(ShardID(place))
      followShards()
    case .revocation, .moved, .notMoved, .skipped: break
    case .welcomed(let session, let isFirst):
      if isFirst { arrivals.opened(place) }
      conduit.welcomed(ShardID(place), session)
      ring()
    case .ended(let error, let wasOpen):
      sessions[place] = nil
      conduit.lost(ShardID(place), mayHaveCost: error.mayHaveCost, at: now, using: &world.dice)
      if wasOpen { arrivals.lost(place, mayHaveCost: error.mayHaveCost, at: now) }
      followShards()
      ring()
    case .retired: arrivals.lost(place, mayHaveCost: false, at: now)
    }
    handOnArrivals()
  }

  private func handOnArrivals() {
    for output in arrivals.takeOutputs() {
      switch output {
      case .notification(let notification): room.receive(notification)
      case .gap: room.gap()
      case .disorder: room.disorder()
      case .doubt: conduit.hintToLook()
      }
    }
    guard let deadline = arrivals.deadline, arrivalWake.map({ $0 < now || deadline < $0 }) ?? true else { return }
    arrivalWake = deadline
    world.agenda.at(deadline) {
      guard !self.isKilled, self.arrivalWake == deadline else { return }
      self.arrivalWake = nil
      self.arrivals.tick(at: self.now)
      self.handOnArrivals()
    }
  }
}

extension EventSubSession.News {
  fileprivate var word: String {
    switch self {
    case .notification: "in turn"
    case .early: "early"
    default: "news"
    }
  }
}

extension ConduitState.Step {
  /// The same words in each run.
  fileprivate var text: String {
    guard case .assign(let id, let call) = self else { return "\(self)" }
    let shards = call.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return "assign(\(id), \(shards.joined(separator: ", ")))"
  }
}
