import TestSupport

@testable import Twitch

/// The pool's two states against a `ModelTwitch`, on a clock that jumps from one thing to the next.
///
/// The same seed gives the same run. First everything goes wrong that can; then Twitch is well, and the pool has a bound within
/// which it must be as wanted.
struct ModelRun {
  private typealias Instant = ContinuousClock.Instant

  /// Something that will happen.
  private enum Happening {
    case listed(Result<[Conduit], HelixError>)
    case created(Result<Conduit, HelixError>)
    case resized(ConduitID, Result<Conduit, HelixError>)
    case welcomed(ShardID, SessionID)
    case lost(ShardID, SessionID?)
    case assigned([ShardID: ShardTransport], ConduitID, Result<ShardUpdate, HelixError>)
    case looked(ConduitID, Result<ConduitState.Look, HelixError>, askedAt: ContinuousClock.Instant)
    case subscriptionsListed(ConduitID, Result<[Subscription], HelixError>)
    case subscribed(Subscription.Topic, ConduitID, Result<Subscription, HelixError>)
    case unsubscribed(SubscriptionID, HelixError?)
    case fault
  }

  private let start = ContinuousClock.now
  private var now: Instant
  private var dice: SeededGenerator
  private var twitch: ModelTwitch
  private var conduit: ConduitState
  private var subscriptions = SubscriptionState(client: "client")
  private var agenda: [(at: Instant, number: Int, happening: Happening)] = []
  private var number = 0
  private var sockets: [ShardID: SessionID] = [:]
  private var lastConduit: ConduitID?
  private let shardCount: Int
  private let channels: Set<ConduitPool.Channel>
  private let foreign: Set<ConduitID>

  /// How many steps were taken: a pool that hammers takes very many.
  private(set) var steps = 0
  /// What broke a rule that holds at all times.
  private(set) var violations: [String] = []

  init(seed: UInt64) {
    now = start
    dice = SeededGenerator(seed &* 3 &+ 1)
    twitch = ModelTwitch(seed: seed &* 7 &+ 5)
    shardCount = Int.random(in: 1...12, using: &dice)
    channels = Set(
      (1...Int.random(in: 1...3, using: &dice)).map {
        ConduitPool.Channel(broadcaster: TwitchUserID("\($0)"), reader: "9")
      })
    for _ in 0..<[0, 0, 2, 3].randomElement(using: &dice, or: 0) { _ = twitch.createConduit(3) }
    foreign = Set(twitch.conduits.keys)
    if let other = foreign.first {
      _ = twitch.subscribe(Subscription.Topic(.streamOnline, condition: ["a": "b"]), other)
    }
    conduit = ConduitState(Array(repeating: .webSocket, count: shardCount), stored: nil)
    subscriptions.want(channels, at: now)
  }

  /// Lets everything go wrong for three minutes, then nothing for five more. Says when all was as wanted, counted from the
  /// end of the troubles.
  mutating func run() -> Duration? {
    twitch.troubles = Double.random(in: 0...0.5, using: &dice)
    for _ in 0..<Int.random(in: 5...40, using: &dice) { plan(.fault, in: dice.milliseconds(0...180_000)) }
    advance(to: start + .seconds(180))
    twitch.troubles = 0
    let well = now
    for second in 1...300 {
      advance(to: well + .seconds(second))
      if isAsWanted { return now - well }
    }
    return nil
  }

  /// What is there in the end, to be told when it is not as wanted.
  var summary: String {
    let conduits = twitch.conduits.map { "\($0.key): \($0.value.shardCount) \($0.value.shards.mapValues(\.status))" }
    let phases = conduit.shards.map { "\($0.phase)" }
    return """
      conduit \(conduit.conduit.map { "\($0)" } ?? "none") of \(conduits), shards \(phases), \
      subscriptions \(subscriptions.presentCount) there, \(subscriptions.missingCount) missing, \
      \(twitch.subscriptions.count) at Twitch, unreadable \(subscriptions.unreadable), \(steps) steps
      """
  }

  /// Whether Twitch and the pool agree on what was wanted.
  private var isAsWanted: Bool {
    guard conduit.isReady, let id = conduit.conduit, let there = twitch.conduits[id] else { return false }
    let enabled = there.shards.filter { $0.value.status == .enabled && sockets[$0.key] == $0.value.session }
    let own = twitch.subscriptions.values.filter { $0.conduit == id }
    return there.shardCount == shardCount && enabled.count == shardCount && subscriptions.isComplete == true
      && own.count == channels.count * 8 + 1 && own.allSatisfy { $0.status == "enabled" }
  }

  // The clock.

  private mutating func plan(_ happening: Happening, in wait: Duration) {
    number += 1
    agenda.append((now + wait, number, happening))
  }

  private mutating func advance(to end: Instant) {
    while true {
      takeSteps()
      expireSessions()
      let next = agenda.indices.min { (agenda[$0].at, agenda[$0].number) < (agenda[$1].at, agenda[$1].number) }
      let wakes = [conduit.wake(after: now), subscriptions.wake(after: now)].compactMap { $0 }
      let at = (wakes + [next.map { agenda[$0].at }, now + .seconds(1)].compactMap { $0 }).min() ?? end
      guard at < end else {
        now = end
        return
      }
      now = at
      if let next, agenda[next].at <= now { happen(agenda.remove(at: next).happening) }
    }
  }

  /// Twitch closes sockets that no shard points to after ten seconds.
  private mutating func expireSessions() {
    for (session, since) in twitch.sessions {
      guard let since, now - since > .seconds(10) else { continue }
      lose(session)
    }
  }

  private mutating func lose(_ session: SessionID) {
    twitch.end(session)
    if let shard = sockets.first(where: { $0.value == session })?.key {
      plan(.lost(shard, session), in: .milliseconds(5))
    }
  }

  // The pool's side.

  private mutating func takeSteps() {
    if conduit.conduit != lastConduit {
      lastConduit = conduit.conduit
      subscriptions.use(lastConduit, isNew: conduit.isNew, at: now)
    }
    for step in conduit.steps(at: now) { carryOut(step) }
    for step in subscriptions.steps(at: now, allowance: 100) { carryOut(step) }
    let pressing = conduit.shards.count(where: \.isPressing)
    if pressing > ShardStates.pressingLimit + shardCount { violations.append("\(pressing) sockets wait at once") }
  }

  private mutating func carryOut(_ step: ConduitState.Step) {
    steps += 1
    let latency = dice.milliseconds(5...800)
    switch step {
    case .list:
      plan(
        .listed(twitch.call { .success($0.conduits.map { Conduit(id: $0.key, shardCount: $0.value.shardCount) }) }),
        in: latency)
    case .create(let count): plan(.created(twitch.call { $0.createConduit(count) }), in: latency)
    case .resize(let id, let count):
      if foreign.contains(id) { violations.append("a foreign conduit was resized") }
      plan(.resized(id, twitch.call { $0.resize(id, count) }), in: latency)
    case .connect(let shard): connect(shard, in: latency)
    case .disconnect(let shard):
      if let session = sockets.removeValue(forKey: shard) { twitch.end(session) }
    case .assign(let id, let call): plan(.assigned(call, id, twitch.call { $0.assign(id, call) }), in: latency)
    case .look(let id): plan(.looked(id, twitch.call { $0.look(id) }, askedAt: now), in: latency)
    }
  }

  private mutating func connect(_ shard: ShardID, in latency: Duration) {
    if sockets[shard] != nil { violations.append("a second socket for shard \(shard)") }
    if dice.happens(twitch.troubles) {
      plan(.lost(shard, nil), in: latency)
    } else {
      let session = twitch.open(at: now)
      sockets[shard] = session
      plan(.welcomed(shard, session), in: latency)
    }
  }

  private mutating func carryOut(_ step: SubscriptionState.Step) {
    steps += 1
    let latency = dice.milliseconds(5...300)
    switch step {
    case .list(let id): plan(.subscriptionsListed(id, twitch.call { $0.listSubscriptions() }), in: latency)
    case .create(let topic, let id):
      plan(.subscribed(topic, id, twitch.call(isSubscription: true) { $0.subscribe(topic, id) }), in: latency)
    case .delete(let id):
      if let conduit = twitch.subscriptions[id]?.conduit, foreign.contains(conduit) {
        violations.append("a foreign subscription was removed")
      }
      let result = twitch.call { $0.unsubscribe(id) }
      var failure: HelixError?
      if case .failure(let error) = result { failure = error }
      plan(.unsubscribed(id, failure), in: latency)
    }
  }

  // What happens.

  private mutating func happen(_ happening: Happening) {
    switch happening {
    case .listed(let result): conduit.listed(result, at: now, using: &dice)
    case .created(let result): conduit.created(result, at: now, using: &dice)
    case .resized(let id, let result): conduit.resized(id, result, at: now, using: &dice)
    case .welcomed(let shard, let session):
      if sockets[shard] == session { conduit.welcomed(shard, session) }
    case .lost(let shard, let session):
      guard sockets[shard] == session else { return }
      sockets[shard] = nil
      conduit.lost(shard, mayHaveCost: false, at: now, using: &dice)
    case .assigned(let call, let id, let result): conduit.assigned(call, on: id, result, at: now, using: &dice)
    case .looked(let id, let result, let askedAt):
      _ = conduit.looked(at: id, result, askedAt: askedAt, at: now, using: &dice)
    case .subscriptionsListed(let id, let result): subscriptions.listed(result, on: id, at: now, using: &dice)
    case .subscribed(let topic, let id, let result):
      if subscriptions.created(topic, on: id, result, at: now, using: &dice) { conduit.hintToLook() }
    case .unsubscribed(let id, let failure): subscriptions.deleted(id, failure, at: now, using: &dice)
    case .fault: makeTrouble()
    }
  }

  private mutating func makeTrouble() {
    switch Int.random(in: 0..<10, using: &dice) {
    case 0..<4:
      if let session = sockets.values.sorted().randomElement(using: &dice) { lose(session) }
    case 4:
      for session in sockets.values.sorted() { lose(session) }
    case 5:
      if let id = conduit.conduit, !foreign.contains(id) { twitch.conduits[id] = nil }
    case 6: disable(isTold: true)
    case 7: disable(isTold: false)
    case 8:
      if let id = conduit.conduit { _ = twitch.resize(id, Int.random(in: 1...15, using: &dice)) }
    default: revoke()
    }
  }

  /// Twitch stops delivering to a shard although its socket lives, and tells it or not.
  private mutating func disable(isTold: Bool) {
    guard let id = conduit.conduit, let shard = sockets.keys.sorted().randomElement(using: &dice) else { return }
    guard let session = twitch.conduits[id]?.shards[shard]?.session else { return }
    twitch.conduits[id]?.shards[shard]?.status = "websocket_internal_error"
    guard isTold else { return }
    let event = ShardDisabled(conduitID: id, shardID: shard, status: "websocket_internal_error", sessionID: session)
    conduit.disabled(event, at: now, using: &dice)
  }

  /// A subscription vanishes, without a word.
  private mutating func revoke() {
    let own = twitch.subscriptions.filter { $0.value.conduit == conduit.conduit }.keys.sorted()
    guard let id = own.randomElement(using: &dice) else { return }
    twitch.subscriptions[id] = nil
    subscriptions.revoked(Revocation(subscription: id, type: .streamOnline, status: "user_removed"), at: now)
  }
}

extension Array {
  fileprivate func randomElement(using generator: inout SeededGenerator, or other: Element) -> Element {
    randomElement(using: &generator) ?? other
  }
}
