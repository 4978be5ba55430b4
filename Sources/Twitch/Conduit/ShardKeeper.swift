import Logging
import WebSockets

/// Keeps a conduit and its shards as they are wanted: carries out what `ConduitState` decides.
///
/// Belongs to the actor of its loop, and works from `run` to `stop`.
final class ShardKeeper {
  /// What comes from the shards' sockets, with the shard's place.
  enum News {
    case notification(Notification, Int)
    /// One whose turn has not come before the shard has settled.
    case early(Notification, Int)
    case settled(Int)
    case revocation(Revocation)
    /// A session was welcomed for the first time.
    case opened(Int)
    /// A session is over, and maybe something with it that was on its way.
    case lost(Int, mayHaveCost: Bool)
    /// Something may have been lost, and the session goes on.
    case interrupted
    /// The state changed, maybe.
    case change
  }

  private let helix: Helix
  private let url: String
  private let loop: EventLoop
  private let logger: Logger
  private let tell: (News) -> Void
  private let alarm: Alarm
  private var generator: any RandomNumberGenerator
  private(set) var state: ConduitState
  private var sessions: [ShardID: EventSubSession] = [:]
  /// What each shard has seen so far.
  private(set) var records: [Int: ConduitStatus.Record] = [:]
  /// Shards that were counted as lost since Twitch disabled them, and whose sessions may yet end.
  private var disabled: Set<ShardID> = []
  private var isStopped = false
  /// What fails at the moment. Most is tried again and again, and told once.
  private var failing: Set<String> = []
  /// The conduit that the log was told to be in use.
  private var known: ConduitID?

  /// Wants one shard for each transport. Fresh sockets connect to `url`.
  init(
    _ transports: [ConduitPool.Transport], storedConduit: ConduitID?, helix: Helix, url: String, loop: EventLoop,
    logger: Logger, generator: any RandomNumberGenerator, tell: @escaping (News) -> Void
  ) {
    state = ConduitState(transports, stored: storedConduit)
    self.helix = helix
    self.url = url
    self.loop = loop
    self.logger = logger
    self.generator = generator
    self.tell = tell
    alarm = Alarm(on: loop)
  }

  /// Works until it is stopped.
  func run(on owner: isolated any Actor) async {
    while !isStopped {
      let now = ContinuousClock.now
      for step in state.steps(at: now) { carryOut(step, on: owner) }
      noteConduit()
      tell(.change)
      await alarm.wait(until: state.wake(after: now))
    }
  }

  /// Closes all sockets and does nothing any more. Returns when the sockets have said goodbye.
  func stop() async {
    isStopped = true
    alarm.ring()
    let goodbyes = sessions.values.flatMap { $0.stop() }
    sessions = [:]
    for goodbye in goodbyes { await goodbye.value }
  }

  /// Wants other shards from now on.
  func want(_ transports: [ConduitPool.Transport]) {
    state.want(transports)
    alarm.ring()
  }

  /// Twitch says that a shard is disabled.
  func disabled(_ event: ShardDisabled) {
    let wasReady = isReady(event.shardID)
    state.disabled(event, at: .now, using: &generator)
    let isNews = wasReady && !isReady(event.shardID)
    // Mostly Twitch speaks of a session whose end was seen here.
    logger.log(
      level: isNews ? .warning : .debug, "shard disabled",
      metadata: ["shard": "\(event.shardID)", "status": "\(event.status)"])
    if isNews, let place = event.shardID.index {
      records[place, default: .none].disable()
      disabled.insert(event.shardID)
    }
    tell(.interrupted)
    alarm.ring()
  }

  private func isReady(_ shard: ShardID) -> Bool {
    guard let place = shard.index, state.shards.indices.contains(place) else { return false }
    return state.shards[place].isReady
  }

  /// Something suggests that Twitch's view of the conduit has changed.
  func look() {
    state.hintToLook()
    alarm.ring()
  }

  /// When Twitch was last heard on a shard's socket.
  func heard(_ shard: ShardID) -> ContinuousClock.Instant? {
    sessions[shard]?.heard
  }

  // Steps.

  private func carryOut(_ step: ConduitState.Step, on owner: isolated any Actor) {
    switch step {
    case .list: Task { await self.list(on: owner) }
    case .create(let count): Task { await self.create(count, on: owner) }
    case .resize(let id, let count): Task { await self.resize(id, count, on: owner) }
    case .connect(let shard): connect(shard, on: owner)
    case .disconnect(let shard): sessions.removeValue(forKey: shard)?.retire()
    case .assign(let id, let call): Task { await self.assign(call, on: id, owner) }
    case .look(let id): Task { await self.look(at: id, on: owner) }
    }
  }

  private func list(on owner: isolated any Actor) async {
    let result = await Result.of { () async throws(HelixError) in try await helix.conduits() }
    state.listed(result, at: .now, using: &generator)
    finish("listing conduits", result)
    if let conduit = state.conduit { logger.info("conduit adopted", metadata: ["conduit": "\(conduit)"]) }
  }

  private func create(_ shardCount: Int, on owner: isolated any Actor) async {
    let result = await Result.of { () async throws(HelixError) in
      try await helix.createConduit(shardCount: shardCount)
    }
    state.created(result, at: .now, using: &generator)
    finish("creating a conduit", result)
    guard case .success(let conduit) = result else { return }
    logger.info("conduit created", metadata: ["conduit": "\(conduit.id)", "shards": "\(shardCount)"])
  }

  private func resize(_ id: ConduitID, _ shardCount: Int, on owner: isolated any Actor) async {
    let result = await Result.of { () async throws(HelixError) in
      try await helix.updateConduit(id, shardCount: shardCount)
    }
    state.resized(id, result, at: .now, using: &generator)
    finish("resizing the conduit", result)
  }

  private func assign(
    _ call: [ShardID: ShardTransport], on id: ConduitID, _ owner: isolated any Actor
  ) async {
    let result = await Result.of { () async throws(HelixError) in try await helix.updateShards(of: id, call) }
    state.assigned(call, on: id, result, at: .now, using: &generator)
    finish("assigning shards", result)
    if case .success(let update) = result { note(update) }
    for shard in call.keys { confirm(shard, on: owner) }
  }

  private func look(at id: ConduitID, on owner: isolated any Actor) async {
    let askedAt = ContinuousClock.now
    let result = await Result.of { () async throws(HelixError) in
      let conduit = try await helix.conduits().first { $0.id == id }
      return ConduitState.Look(conduit: conduit, shards: conduit == nil ? [] : try await helix.shards(of: id))
    }
    let (size, wereReady) = (state.size, state.shards.map(\.isReady))
    if state.looked(at: id, result, askedAt: askedAt, at: .now, using: &generator) {
      if case .success(let look) = result { note(look, size, wereReady) }
      tell(.interrupted)
    }
    finish("looking at the shards", result)
  }

  private func connect(_ shard: ShardID, on owner: isolated any Actor) {
    guard let place = shard.index else { return }
    sessions[shard]?.retire()
    // What becomes of the next one is news.
    disabled.remove(shard)
    var logger = logger
    logger[metadataKey: "shard"] = "\(shard)"
    let session = EventSubSession(url: url, loop: loop, logger: logger) { [weak self] news in
      self?.receive(news, from: shard, place)
    }
    sessions[shard] = session
    session.start(on: owner)
  }

  // News.

  private func receive(_ news: EventSubSession.News, from shard: ShardID, _ place: Int) {
    switch news {
    case .notification(let notification):
      records[place, default: .none].notifications += 1
      tell(.notification(notification, place))
    case .early(let notification):
      records[place, default: .none].notifications += 1
      tell(.early(notification, place))
    case .settled: tell(.settled(place))
    case .revocation(let revocation): tell(.revocation(revocation))
    case .moved:
      records[place, default: .none].reconnects += 1
      failing.remove("moving shard \(shard)")
    case .notMoved:
      records[place, default: .none].failToMove()
      logger.log(
        level: level("moving shard \(shard)"), "planned reconnect failed, going on with a fresh socket",
        metadata: ["shard": "\(shard)"])
    case .skipped: records[place, default: .none].skipped += 1
    case .welcomed(let session, let isFirst):
      if isFirst { tell(.opened(place)) }
      failing.remove("connecting shard \(shard)")
      state.welcomed(shard, session)
      alarm.ring()
    case .interrupted: tell(.interrupted)
    case .stranded:
      state.stranded(shard)
      tell(.change)
    case .ended(let error, let wasOpen):
      let isNews = disabled.remove(shard) == nil
      logger.log(
        level: !isNews ? .debug : wasOpen ? .warning : level("connecting shard \(shard)"),
        wasOpen ? "shard lost" : "shard not connected, trying again",
        metadata: ["shard": "\(shard)", "reason": "\(error)"])
      if isNews { records[place, default: .none].lose(error, wasOpen: wasOpen) }
      sessions[shard] = nil
      state.lost(shard, mayHaveCost: error.mayHaveCost, at: .now, using: &generator)
      if wasOpen { tell(.lost(place, mayHaveCost: error.mayHaveCost)) }
      alarm.ring()
    case .retired: tell(.lost(place, mayHaveCost: false))
    }
  }

  /// A delivery came to a webhook shard.
  func called(_ place: Int) {
    records[place, default: .none].notifications += 1
  }

  /// A session whose shard was just confirmed may close the socket that it moved from.
  private func confirm(_ shard: ShardID, on owner: isolated any Actor) {
    guard isReady(shard), let place = shard.index else { return }
    records[place, default: .none].assignments += 1
    disabled.remove(shard)
    failing.remove("assigning shard \(shard)")
    guard let id = state.shards[place].session else { return }
    logger.info("shard ready", metadata: ["shard": "\(shard)", "session": "\(id)"])
    sessions[shard]?.assigned(to: id, on: owner)
  }

  /// Says what a look found that nobody had told.
  private func note(_ look: ConduitState.Look, _ size: Int?, _ wereReady: [Bool]) {
    if let size, let now = look.conduit?.shardCount, now != size {
      logger.warning("conduit resized by somebody", metadata: ["shards": "\(now)"])
    }
    for (place, wasReady) in wereReady.enumerated() where wasReady && !isReady(ShardID(place)) {
      let status = look.shards.first { $0.id == ShardID(place) }?.status.rawValue ?? "not_listed"
      logger.warning("shard disabled", metadata: ["shard": "\(place)", "status": "\(status)"])
      records[place, default: .none].disable()
      disabled.insert(ShardID(place))
    }
  }

  /// Says that the conduit in use is not there any more.
  private func noteConduit() {
    if let known, known != state.conduit { logger.warning("conduit gone", metadata: ["conduit": "\(known)"]) }
    known = state.conduit
  }

  private func note(_ update: ShardUpdate) {
    for failure in update.failures {
      logger.log(
        level: level("assigning shard \(failure.id)"), "shard not assigned",
        metadata: ["shard": "\(failure.id)", "code": "\(failure.code)", "message": "\(failure.message)"])
    }
  }

  /// Says what failed, and goes on with what follows from it.
  private func finish<Success>(_ what: String, _ result: Result<Success, HelixError>) {
    switch result {
    case .success: failing.remove(what)
    case .failure(let error):
      logger.log(level: level(what), "\(what) failed, trying again later", metadata: ["error": "\(error)"])
    }
    alarm.ring()
  }

  /// How loud to tell of a failure: the first time loudly, and from then on quietly until that succeeds.
  private func level(_ what: String) -> Logger.Level { failing.insert(what).inserted ? .warning : .debug }
}
