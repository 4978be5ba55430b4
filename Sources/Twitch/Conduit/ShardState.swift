/// One wanted shard: how far it has come, and when its next try is due.
struct ShardState {
  /// How far a shard has come.
  enum Phase: Hashable {
    /// Nothing is there: a socket has to be opened.
    case idle
    /// A socket is on its way to its welcome.
    case connecting
    /// There is something that Twitch could deliver to, and Twitch has to be told.
    case unassigned(ShardTransport)
    /// Twitch is being told.
    case assigning(ShardTransport)
    /// Twitch knows the callback and has yet to see that it answers.
    case verifying(ShardTransport)
    /// Twitch confirmed it.
    case ready(ShardTransport, since: ContinuousClock.Instant)
  }

  /// A shard that was ready for so long starts anew with its tries when it is lost.
  static let settled: Duration = .seconds(3)
  /// So often Twitch may refuse one session before a new one is opened.
  static let refusalLimit = 2

  /// Where its deliveries are wanted.
  let wanted: ConduitPool.Transport
  private(set) var phase: Phase
  private(set) var retry = Backoff()
  /// How often in a row Twitch refused the present transport.
  private(set) var refusals = 0
  /// Whether it must not share a call with other shards, since such a call failed as a whole.
  private(set) var goesAlone = false

  /// A shard that has come nowhere yet.
  init(_ wanted: ConduitPool.Transport) {
    self.wanted = wanted
    switch wanted {
    case .webSocket: phase = .idle
    case .webhook(let callback, let secret): phase = .unassigned(.webhook(callback: callback, secret: secret))
    }
  }

  /// Whether Twitch delivers to it.
  var isReady: Bool {
    if case .ready = phase { true } else { false }
  }

  /// What it delivers to, or will.
  var transport: ShardTransport? {
    switch phase {
    case .idle, .connecting: nil
    case .unassigned(let transport), .assigning(let transport), .verifying(let transport), .ready(let transport, _):
      transport
    }
  }

  /// Its session, for a socket that was welcomed.
  var session: SessionID? {
    if case .webSocket(let session) = transport { session } else { nil }
  }

  /// Whether it has a socket, or is about to, that Twitch closes unless it is assigned soon.
  var isPressing: Bool {
    switch phase {
    case .connecting: true
    case .unassigned(.webSocket), .assigning(.webSocket): true
    default: false
    }
  }

  /// When the shard itself has something to do next.
  var dueAt: ContinuousClock.Instant? {
    switch phase {
    case .idle, .unassigned: retry.notBefore
    case .connecting, .assigning, .verifying, .ready: nil
    }
  }

  mutating func connect() { phase = .connecting }

  mutating func welcome(_ session: SessionID) {
    phase = .unassigned(.webSocket(session))
    retry.goAhead()
    refusals = 0
  }

  mutating func assign(_ transport: ShardTransport) { phase = .assigning(transport) }

  mutating func confirm(at now: ContinuousClock.Instant) {
    guard let transport else { return }
    phase = .ready(transport, since: now)
    refusals = 0
    goesAlone = false
  }

  mutating func verify() {
    guard let transport else { return }
    phase = .verifying(transport)
  }

  /// What Twitch was told is void, and nothing is known against the transport: tell it again at once.
  mutating func unassign() {
    switch phase {
    case .assigning(let transport), .verifying(let transport), .ready(let transport, _):
      phase = .unassigned(transport)
    case .idle, .connecting, .unassigned: break
    }
  }

  /// A call that would have assigned it failed as a whole.
  mutating func postpone(
    at now: ContinuousClock.Instant, until earliest: ContinuousClock.Instant?,
    using generator: inout some RandomNumberGenerator
  ) {
    unassign()
    retry.fail(at: now, earliest: earliest, using: &generator)
  }

  /// The call that would have assigned it and others is to be made again for it alone.
  mutating func separate() {
    unassign()
    goesAlone = true
  }

  /// Twitch refused to assign it. Says whether the socket is to be given up for a new one.
  mutating func refuse(
    at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    unassign()
    refusals += 1
    retry.fail(at: now, using: &generator)
    guard session != nil, refusals >= Self.refusalLimit else { return false }
    phase = .idle
    return true
  }

  /// Its socket is gone, or of no use.
  mutating func lose(at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator) {
    if case .ready(_, let since) = phase, now - since >= Self.settled { retry.succeed() }
    retry.fail(at: now, using: &generator)
    switch wanted {
    case .webSocket: phase = .idle
    case .webhook: unassign()
    }
  }
}
