/// The conduit and its shards: what is wanted, what is known of Twitch and of our sockets, and so what to do next.
///
/// A pure value. Whoever drives it calls `steps`, carries each of them out and tells what came of it; until then the step
/// counts as under way and is not given again. Failures change nothing but the time of the next try.
struct ConduitState {
  /// Something to be done.
  enum Step: Hashable {
    /// Ask Twitch which conduits there are.
    case list
    /// Make one.
    case create(shardCount: Int)
    /// Give it another number of shards.
    case resize(ConduitID, shardCount: Int)
    /// Open a new session for that shard.
    case connect(ShardID)
    /// Close the session of that shard, wanted or surplus.
    case disconnect(ShardID)
    /// Tell Twitch where those shards deliver to.
    case assign(ConduitID, [ShardID: ShardTransport])
    /// See how Twitch lists the conduit and its shards.
    case look(ConduitID)
  }

  /// How Twitch lists a conduit.
  struct Look: Hashable {
    /// The conduit as it is listed; `nil` when it is not.
    var conduit: Conduit?
    /// Those of its shards that were ever assigned.
    var shards: [Shard]
  }

  /// How often to look: nothing else tells that somebody deleted the conduit. Two calls a look are 24 of 800 a minute, which
  /// `SubscriptionKeeper` leaves to us.
  static let lookInterval: Duration = .seconds(5)
  /// How many shards Twitch lists in one answer; longer lists are looked at less often.
  private static let pageSize = 20
  /// How soon to look when there is a reason to.
  static let hintInterval: Duration = .seconds(1)
  /// How many shards Twitch gives a conduit at most.
  private static let shardLimit = 20_000

  private enum Phase {
    /// Which conduit to use has to be found out.
    case unknown
    case listing
    /// There is none to be used.
    case absent
    case creating
    case known(Conduit)
    case resizing(Conduit)
  }

  private var phase = Phase.unknown
  private var stored: ConduitID?
  /// The conduits that are somebody else's, as last listed; `nil` before the first list, which may have one of ours that was
  /// not stored.
  private var foreign: Set<ConduitID>?
  /// Whether Twitch may have made one without our hearing of it.
  private var mayHaveMadeOne = false
  /// When the conduits may be listed again.
  private var retry = Backoff()
  /// When the conduit may be given another number of shards.
  private var resizing = Backoff()
  private var shardStates: ShardStates
  /// The places of sessions that are wanted no more; closed when the conduit has been made smaller.
  private var surplus: Set<Int> = []
  /// Sessions to be closed at once.
  private var closing: [ShardID] = []
  /// The places where Twitch may still deliver to a session that is no more, without knowing it.
  private var unheard: Set<Int> = []
  private var lookedAt: ContinuousClock.Instant?
  private var isLooking = false
  private var isLookHinted = false
  private var doubts = Doubts()
  /// Whether Twitch refused to make a conduit because there are as many as there may be.
  private(set) var isAtConduitLimit = false
  /// Whether the conduit in use was made, and is not one that was found: it has no subscriptions to begin with.
  private(set) var isNew = false

  /// Wants one shard for each transport, on the conduit that was used last time if there was one.
  init(_ transports: [ConduitPool.Transport], stored: ConduitID?) {
    shardStates = ShardStates(transports)
    self.stored = stored
  }

  /// The wanted shards, shard "0" first.
  var shards: [ShardState] { shardStates.shards }

  /// The conduit in use.
  var conduit: ConduitID? { known?.id }

  /// How many shards the conduit in use has, as Twitch last said.
  var size: Int? { known?.shardCount }

  private var known: Conduit? {
    switch phase {
    case .unknown, .listing, .absent, .creating: nil
    case .known(let conduit), .resizing(let conduit): conduit
    }
  }

  /// Whether Twitch delivers to every wanted shard.
  var isReady: Bool {
    guard case .known(let conduit) = phase else { return false }
    return conduit.shardCount == shards.count && shardStates.areReady
  }

  /// Whether something that Twitch delivers may reach nobody: what it knows it cannot deliver to a shard, it tries on one other.
  var isLossy: Bool {
    guard let known else { return true }
    let idle = shards.count { !$0.isDelivering } + (max(known.shardCount, shards.count) - shards.count)
    return idle > (known.shardCount > 1 ? 1 : 0) || !unheard.isEmpty
  }

  /// Whether Twitch was told of a callback and is about to see that it answers.
  var isVerifying: Bool { shards.contains(where: \.isVerifying) }

  /// When `steps` has to be asked again after now, if nothing happens before.
  func wake(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    let times = shards.map(\.dueAt) + [lookAt, retry.notBefore, resizing.notBefore]
    return times.compactMap { $0 }.filter { $0 > now }.min()
  }

  /// Wants other shards from now on.
  mutating func want(_ transports: [ConduitPool.Transport]) {
    if transports.count != shards.count { doubts.raise() }
    surplus.formUnion(transports.count..<max(transports.count, shards.count))
    let changed = shardStates.want(transports)
    closing += (changed + surplus.filter { $0 < transports.count }).map { ShardID($0) }
    surplus = surplus.filter { $0 >= transports.count }
  }

  // What to do.

  /// What is to be done now; all of it counts as begun.
  mutating func steps(at now: ContinuousClock.Instant) -> [Step] {
    var steps = closing.map { Step.disconnect($0) }
    closing = []
    switch phase {
    case .unknown where retry.isDue(at: now):
      phase = .listing
      steps.append(.list)
    case .absent:
      phase = .creating
      steps.append(.create(shardCount: shards.count))
    case .known(let conduit):
      steps += conduit.shardCount == shards.count ? endSurplus() : resize(conduit, at: now)
      steps += shardSteps(on: conduit, at: now)
    case .resizing(let conduit):
      steps += shardSteps(on: conduit, at: now)
    case .unknown, .listing, .creating:
      break
    }
    return steps
  }

  private mutating func resize(_ conduit: Conduit, at now: ContinuousClock.Instant) -> [Step] {
    guard resizing.isDue(at: now), !doubts.areOpen else { return [] }
    phase = .resizing(conduit)
    return [.resize(conduit.id, shardCount: shards.count)]
  }

  /// Twitch has gone on feeding shards that were taken off a conduit, so their sockets are closed from our side.
  private mutating func endSurplus() -> [Step] {
    defer { surplus = [] }
    return surplus.sorted().map { .disconnect(ShardID($0)) }
  }

  private mutating func shardSteps(on conduit: Conduit, at now: ContinuousClock.Instant) -> [Step] {
    if shardStates.retry(doubt: doubts.next, at: now) { doubts.raise() }
    let assignments = shardStates.assignments(below: conduit.shardCount, settled: doubts.settled, at: now)
    var steps = assignments.map { Step.assign(conduit.id, $0) }
    steps += shardStates.connections(below: conduit.shardCount, at: now).map { .connect($0) }
    if let lookAt, lookAt <= now {
      isLooking = true
      isLookHinted = false
      doubts.look()
      lookedAt = now
      steps.append(.look(conduit.id))
    }
    return steps
  }

  private var lookAt: ContinuousClock.Instant? {
    guard let lookedAt, !isLooking else { return nil }
    if doubts.areOpen { return lookedAt }
    if isLookHinted { return lookedAt + Self.hintInterval }
    return lookedAt + Self.lookInterval * (1 + shards.count / Self.pageSize)
  }

  // What came of it.

  /// The conduits were listed.
  mutating func listed(
    _ result: Result<[Conduit], HelixError>, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) {
    switch result {
    case .success(let conduits):
      let own = own(among: conduits)
      foreign = Set(conduits.map(\.id).filter { $0 != own?.id })
      if let own {
        adopt(own, isNew: false, at: now)
        // Nobody knows what became of the sessions that it had.
        unheard = Set(0..<max(0, min(own.shardCount, Self.shardLimit)))
      } else {
        phase = .absent
      }
    case .failure(let error):
      startOver(error, at: now, using: &generator)
    }
  }

  /// One conduit per application: the one we had, else at the start the only one there is, and later one that may have been
  /// made for us by a call whose answer was lost. All others are somebody else's.
  private func own(among conduits: [Conduit]) -> Conduit? {
    if let conduit = conduits.first(where: { $0.id == stored }) { return conduit }
    guard let foreign else { return conduits.count == 1 ? conduits.first : nil }
    return mayHaveMadeOne ? conduits.first { !foreign.contains($0.id) } : nil
  }

  /// A conduit was made, or was not.
  mutating func created(
    _ result: Result<Conduit, HelixError>, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) {
    switch result {
    case .success(let conduit):
      adopt(conduit, isNew: true, at: now)
    case .failure(let error):
      if case .tooMany = error { isAtConduitLimit = true }
      mayHaveMadeOne = mayHaveMadeOne || error.isOutcomeUnknown
      startOver(error, at: now, using: &generator)
    }
  }

  /// The conduit was given another number of shards, or was not.
  mutating func resized(
    _ id: ConduitID, _ result: Result<Conduit, HelixError>, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) {
    guard case .resizing(let conduit) = phase, conduit.id == id else { return }
    switch result {
    case .success(let resized):
      phase = .known(resized)
      if resized.shardCount == shards.count { resizing.succeed() } else { resizing.fail(at: now, using: &generator) }
      noteHeard()
    case .failure(.notFound(let message)):
      startOver(.notFound(message: message), at: now, using: &generator)
    case .failure(let error):
      phase = .known(conduit)
      resizing.fail(at: now, earliest: error.earliestRetry, using: &generator)
    }
  }

  /// A session was welcomed for that shard, its first or another one.
  mutating func welcomed(_ shard: ShardID, _ session: SessionID) {
    if shardStates.welcomed(shard, session, doubt: doubts.next) { doubts.raise() }
  }

  /// The session of that shard came to its end; one that may have cost something is one whose end Twitch may not know of.
  mutating func lost(
    _ shard: ShardID, mayHaveCost: Bool, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) {
    if let place = closing.firstIndex(of: shard) {
      // Its loss was known before.
      closing.remove(at: place)
      return
    }
    if mayHaveCost, let place = shard.index, shards.indices.contains(place), shards[place].hasSession {
      unheard.insert(place)
    }
    shardStates.lost(shard, at: now, using: &generator)
  }

  /// The socket that delivered is gone, and its session's next one not assigned yet. Twitch may not know of that.
  mutating func stranded(_ shard: ShardID) {
    guard let place = shard.index, shards.indices.contains(place) else { return }
    shardStates.stranded(shard)
    unheard.insert(place)
  }

  /// What Twitch confirmed, or what the conduit does not have any more, is delivered to nobody else.
  private mutating func noteHeard() {
    guard !unheard.isEmpty, case .known(let conduit) = phase else { return }
    unheard = unheard.filter { place in
      shards.indices.contains(place) ? !shards[place].isReady : place < conduit.shardCount
    }
  }

  /// Shards were assigned, or were not.
  mutating func assigned(
    _ call: [ShardID: ShardTransport], on id: ConduitID, _ result: Result<ShardUpdate, HelixError>,
    at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
  ) {
    guard id == conduit else { return }
    switch result {
    case .success(let update):
      closing += shardStates.assigned(call, update, at: now, using: &generator)
      noteHeard()
      // A refusal may mean that somebody gave the conduit another number of shards.
      if update.failures.isEmpty { retry.succeed() } else { isLookHinted = true }
    case .failure(.notFound(let message)):
      startOver(.notFound(message: message), at: now, using: &generator)
    case .failure(let error):
      closing += shardStates.notAssigned(call, error, at: now, using: &generator)
    }
  }

  /// Twitch told how it lists the conduit and its shards, asked at that time: what changed since is not judged by it. Says
  /// whether a shard that counted as ready was not, or the conduit was resized, for nobody knows how long, or whether that was to be
  /// known and is not.
  mutating func looked(
    at id: ConduitID, _ result: Result<Look, HelixError>, askedAt: ContinuousClock.Instant,
    at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    guard id == conduit else { return false }
    isLooking = false
    let delivering = shards.count(where: \.isDelivering)
    var isResized = false
    var isUnknown = false
    // One that came to nothing is not waited for: then something may be missing.
    let hasSettled = doubts.settle()
    switch result {
    case .success(let look):
      if let conduit = look.conduit {
        if case .known(let former) = phase {
          isResized = conduit.shardCount != former.shardCount
          phase = .known(conduit)
        }
        retry.succeed()
        closing += shardStates.listed(look.shards, askedAt: askedAt, at: now, using: &generator)
        noteHeard()
      } else {
        startOver(.notFound(message: "not listed"), at: now, using: &generator)
      }
    case .failure(.notFound(let message)):
      startOver(.notFound(message: message), at: now, using: &generator)
    case .failure:
      isUnknown = hasSettled  // the next look comes by itself
    }
    return isResized || isUnknown || shards.count(where: \.isDelivering) < delivering
  }

  /// Twitch says that it stopped delivering to a shard.
  mutating func disabled(
    _ event: ShardDisabled, at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
  ) {
    guard event.conduitID == conduit else { return }
    if shardStates.disabled(event.shardID, session: event.sessionID, at: now, using: &generator) {
      closing.append(event.shardID)
    }
    isLookHinted = true
  }

  /// Something suggests that Twitch's list of shards is worth a look soon.
  mutating func hintToLook() {
    isLookHinted = true
  }

  private mutating func adopt(_ conduit: Conduit, isNew: Bool, at now: ContinuousClock.Instant) {
    phase = .known(conduit)
    self.isNew = isNew
    stored = conduit.id
    isAtConduitLimit = false
    mayHaveMadeOne = false
    isLooking = false
    doubts.settleAll()
    lookedAt = now
  }

  /// There is no conduit to work with, as far as we know: begin again with the list. What is connected stays connected, and
  /// is assigned to whatever conduit is found or made.
  private mutating func startOver(
    _ error: HelixError, at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
  ) {
    phase = .unknown
    shardStates.unassignAll()
    retry.fail(at: now, earliest: error.earliestRetry, using: &generator)
  }
}

extension HelixError {
  /// The time before which a repetition is pointless, when Twitch named one.
  var earliestRetry: ContinuousClock.Instant? {
    if case .rateLimited(let until) = self { until } else { nil }
  }
}
