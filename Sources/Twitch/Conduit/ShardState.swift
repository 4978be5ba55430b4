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

  /// So often Twitch may refuse one session before a new one is opened.
  static let refusalLimit = 2
  /// The longest wait before Twitch is told of a session again: it closes one that no shard points to after ten seconds.
  static let longestUnassigned: Duration = .seconds(2)

  /// Where its deliveries are wanted.
  let wanted: ConduitPool.Transport
  private(set) var phase: Phase
  /// When a socket may be opened again.
  private var connecting = Backoff()
  /// When Twitch may be told again.
  private var assigning = Backoff(most: Self.longestUnassigned)
  /// How often in a row Twitch refused the present transport.
  private(set) var refusals = 0
  /// Whether Twitch delivers to it as far as known: also while its session is replaced by another one that was planned.
  private(set) var isDelivering = false
  /// The number of the doubt to be settled before Twitch is told of its session (`Doubts`); 0 for none.
  private(set) var doubt = 0
  /// Whether Twitch was told of its session in vain, so that the last look is none right before the assignment.
  private var hasFailed = false
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

  /// Whether it is a callback that Twitch has been told of and not seen to answer.
  var isVerifying: Bool {
    switch phase {
    case .assigning(.webhook), .verifying: true
    default: false
    }
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

  /// Whether Twitch may deliver to a session of it.
  var hasSession: Bool { isDelivering || session != nil }

  /// Whether it has a socket, or is about to, that Twitch closes unless it is assigned soon.
  var isPressing: Bool {
    switch phase {
    case .connecting: true
    case .unassigned(.webSocket), .assigning(.webSocket): true
    default: false
    }
  }

  /// When the shard itself has something to do next; `nil` for at once, or when it waits for something else.
  var dueAt: ContinuousClock.Instant? {
    switch phase {
    case .idle: connecting.notBefore
    case .unassigned: assigning.notBefore
    case .connecting, .assigning, .verifying, .ready: nil
    }
  }

  /// Whether what it has to do next may be done now.
  func isDue(at now: ContinuousClock.Instant) -> Bool {
    dueAt.map { $0 <= now } ?? true
  }

  mutating func connect() { phase = .connecting }

  mutating func welcome(_ session: SessionID, doubt: Int = 0) {
    phase = .unassigned(.webSocket(session))
    (self.doubt, hasFailed) = (doubt, false)
    assigning.succeed()
    refusals = 0
  }

  /// Whether Twitch is to be told once more of a session that replaces one which delivers as far as known.
  func isRetry(at now: ContinuousClock.Instant) -> Bool {
    guard case .unassigned(.webSocket) = phase else { return false }
    return hasFailed && isDelivering && isDue(at: now)
  }

  /// What its session replaces, or what a try without an answer put in that place, may have been disabled meanwhile.
  mutating func retry(doubt: Int) { (self.doubt, hasFailed) = (doubt, false) }

  mutating func assign(_ transport: ShardTransport) { phase = .assigning(transport) }

  mutating func confirm(at now: ContinuousClock.Instant) {
    guard let transport else { return }
    phase = .ready(transport, since: now)
    isDelivering = true
    connecting.succeed()
    assigning.succeed()
    refusals = 0
    goesAlone = false
  }

  mutating func verify() {
    guard let transport else { return }
    phase = .verifying(transport)
  }

  /// The conduit is gone, or has forgotten the shard: what lives is to be assigned once more.
  mutating func forget() {
    isDelivering = false
    unassign()
  }

  /// The session that is to be replaced by its present one had been disabled.
  mutating func noteSilence() { isDelivering = false }

  /// What Twitch was told is void, and nothing is known against the transport: tell it again at once.
  private mutating func unassign() {
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
    hasFailed = true
    assigning.fail(at: now, earliest: earliest, using: &generator)
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
    postpone(at: now, until: nil, using: &generator)
    refusals += 1
    guard session != nil, refusals >= Self.refusalLimit else { return false }
    lose(at: now, using: &generator)
    return true
  }

  /// Its socket is gone, or of no use. A shard that was ready starts anew with the shortest wait.
  mutating func lose(at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator) {
    isDelivering = false
    switch wanted {
    case .webSocket:
      connecting.fail(at: now, using: &generator)
      phase = .idle
    case .webhook:
      postpone(at: now, until: nil, using: &generator)
    }
  }

  /// What Twitch delivered to is gone while the session moves: nothing comes before another socket is welcomed and assigned.
  mutating func strand() {
    isDelivering = false
    if isReady { phase = .connecting }
  }

  /// Another shard has become ready, so that this one may, too.
  mutating func hurry(at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator) {
    if phase == .idle { connecting.hurry(at: now, using: &generator) }
  }
}
