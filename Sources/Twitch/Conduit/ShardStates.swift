/// All wanted shards of a conduit, in order, and what to do about them together.
///
/// The part of `ConduitState` that begins once there is a conduit.
struct ShardStates {
  /// How many sockets may be between their opening and their assignment: Twitch gives ten seconds for that.
  static let pressingLimit = 8
  /// How many shards are assigned in one call.
  static let batchLimit = 10

  private(set) var shards: [ShardState]

  init(_ transports: [ConduitPool.Transport]) {
    shards = transports.map { ShardState($0) }
  }

  var count: Int { shards.count }
  var areReady: Bool { shards.allSatisfy(\.isReady) }

  /// Wants other shards. Gives back the places whose sessions are of no more use, because they are to become something else.
  mutating func want(_ transports: [ConduitPool.Transport]) -> [Int] {
    let changed = shards.indices.filter { $0 < transports.count && shards[$0].wanted != transports[$0] }
    shards = transports.enumerated().map { place, transport in
      place < shards.count && shards[place].wanted == transport ? shards[place] : ShardState(transport)
    }
    return changed
  }

  // What to do.

  /// The shards to be told to Twitch now, in calls of a bearable size; not those with doubts beyond the settled ones.
  mutating func assignments(
    below count: Int, settled: Int, at now: ContinuousClock.Instant
  ) -> [[ShardID: ShardTransport]] {
    var calls: [[ShardID: ShardTransport]] = []
    var shared: [ShardID: ShardTransport] = [:]
    for place in shards.indices where place < count && shards[place].isDue(at: now) {
      guard case .unassigned(let transport) = shards[place].phase, shards[place].doubt <= settled else { continue }
      shards[place].assign(transport)
      if shards[place].goesAlone || shared.count == Self.batchLimit {
        calls.append([ShardID(place): transport])
      } else {
        shared[ShardID(place)] = transport
      }
    }
    return shared.isEmpty ? calls : calls + [shared]
  }

  /// Puts in doubt what is to be told to Twitch again now, in the place of something that delivers as far as known. Says whether
  /// there is any.
  mutating func retry(doubt: Int, at now: ContinuousClock.Instant) -> Bool {
    let places = shards.indices.filter { shards[$0].isRetry(at: now) }
    for place in places { shards[place].retry(doubt: doubt) }
    return !places.isEmpty
  }

  /// The shards for which a socket is to be opened now; few at a time, so that each can be assigned in time.
  mutating func connections(below count: Int, at now: ContinuousClock.Instant) -> [ShardID] {
    var room = Self.pressingLimit - shards.count(where: \.isPressing)
    var places: [ShardID] = []
    for place in shards.indices where place < count && room > 0 {
      guard shards[place].phase == .idle, shards[place].isDue(at: now) else { continue }
      shards[place].connect()
      places.append(ShardID(place))
      room -= 1
    }
    return places
  }

  // What came of it.

  /// A session was welcomed for that shard. Says whether it replaces one that delivers as far as known; then that is in doubt from
  /// now on, under that number.
  mutating func welcomed(_ id: ShardID, _ session: SessionID, doubt: Int) -> Bool {
    guard let place = place(of: id) else { return false }
    let replaces = shards[place].isDelivering
    shards[place].welcome(session, doubt: replaces ? doubt : 0)
    return replaces
  }

  /// The session of that shard is gone, or of no use.
  mutating func lost(
    _ id: ShardID, at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
  ) {
    guard let place = place(of: id) else { return }
    shards[place].lose(at: now, using: &generator)
  }

  /// The socket of that shard that delivered is gone while its session moves.
  mutating func stranded(_ id: ShardID) {
    if let place = place(of: id) { shards[place].strand() }
  }

  /// Twitch answered to a call that assigned shards. Gives back those whose sockets are to be given up.
  mutating func assigned(
    _ call: [ShardID: ShardTransport], _ update: ShardUpdate, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) -> [ShardID] {
    let failed = Set(update.failures.map(\.id))
    let updated = Dictionary(update.updated.map { ($0.id, $0) }) { first, _ in first }
    // Some answer with two empty lists; then there is nothing but the status to go by.
    let isBare = failed.isEmpty && updated.isEmpty
    var useless: [ShardID] = []
    for (id, place) in assigning(call) {
      if !failed.contains(id), isBare || updated[id] != nil {
        accept(place, updated[id], at: now)
        for other in shards.indices { shards[other].hurry(at: now, using: &generator) }
      } else if shards[place].refuse(at: now, using: &generator) {
        useless.append(id)
      }
    }
    return useless
  }

  /// A call that assigned shards failed as a whole.
  mutating func notAssigned(
    _ call: [ShardID: ShardTransport], _ error: HelixError, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) -> [ShardID] {
    var useless: [ShardID] = []
    for (id, place) in assigning(call) {
      switch error {
      case .badRequest where call.count > 1:
        // One malformed entry fails all of them, and Twitch does not say which.
        shards[place].separate()
      case .badRequest:
        if shards[place].refuse(at: now, using: &generator) { useless.append(id) }
      case .rateLimited(let until):
        shards[place].postpone(at: now, until: until, using: &generator)
      default:
        shards[place].postpone(at: now, until: nil, using: &generator)
      }
    }
    return useless
  }

  /// What Twitch was told is void, because the conduit is gone: what lives is to be assigned to the next one.
  mutating func unassignAll() {
    for place in shards.indices { shards[place].forget() }
  }

  /// Twitch says that it stopped delivering to a shard. Says whether a socket that looks alive is to be given up for that.
  mutating func disabled(
    _ id: ShardID, session: SessionID?, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) -> Bool {
    guard let place = place(of: id), shards[place].isReady else { return false }
    // The news may be about a session that was replaced since; so may what names none, if there is one.
    guard session == shards[place].session else { return false }
    shards[place].lose(at: now, using: &generator)
    return shards[place].wanted == .webSocket
  }

  /// Twitch listed the shards when it was asked at that time. Gives back those whose sockets are to be given up.
  mutating func listed(
    _ list: [Shard], askedAt: ContinuousClock.Instant, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) -> [ShardID] {
    let listed = Dictionary(list.map { ($0.id, $0) }) { first, _ in first }
    var useless: [ShardID] = []
    for place in shards.indices {
      let id = ShardID(place)
      switch shards[place].phase {
      case .verifying: judgeCallback(place, listed[id], at: now, using: &generator)
      case .ready(_, let since) where since < askedAt:
        if judge(place, listed[id], at: now, using: &generator) { useless.append(id) }
      case .unassigned(.webSocket), .assigning(.webSocket):
        // What is said is about the session that is being replaced.
        if listed[id]?.status != .enabled { shards[place].noteSilence() }
      default: break
      }
    }
    return useless
  }

  // The parts of that.

  private func place(of id: ShardID) -> Int? {
    id.index.flatMap { shards.indices.contains($0) ? $0 : nil }
  }

  /// The places of a call's shards that still wait for just this assignment.
  private func assigning(_ call: [ShardID: ShardTransport]) -> [(id: ShardID, place: Int)] {
    call.sorted { $0.key < $1.key }.compactMap { id, transport in
      guard let place = place(of: id), shards[place].phase == .assigning(transport) else { return nil }
      return (id, place)
    }
  }

  private mutating func accept(_ place: Int, _ shard: Shard?, at now: ContinuousClock.Instant) {
    switch shards[place].wanted {
    case .webhook where shard?.status != .enabled: shards[place].verify()
    case .webhook, .webSocket: shards[place].confirm(at: now)
    }
  }

  private mutating func judgeCallback(
    _ place: Int, _ shard: Shard?, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) {
    switch shard?.status {
    case .enabled?: shards[place].confirm(at: now)
    case .verificationPending?: break
    default: shards[place].postpone(at: now, until: nil, using: &generator)
    }
  }

  /// Whether a shard that counts as ready has a socket that Twitch delivers nothing to.
  private mutating func judge(
    _ place: Int, _ shard: Shard?, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) -> Bool {
    guard let shard, shard.status == .enabled || shard.transport?.sessionID == shards[place].session else {
      // Not listed, or disabled with somebody else's session: Twitch has to be told of ours again.
      shards[place].forget()
      shards[place].postpone(at: now, until: nil, using: &generator)
      return false
    }
    if shard.status == .enabled {
      guard let session = shard.transport?.sessionID, session != shards[place].session else { return false }
      shards[place].forget()
      shards[place].postpone(at: now, until: nil, using: &generator)
      return false
    }
    shards[place].lose(at: now, using: &generator)
    return shards[place].wanted == .webSocket
  }
}
