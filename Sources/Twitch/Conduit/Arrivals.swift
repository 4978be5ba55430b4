/// What comes over all shards, made one stream: each notification once, those of a channel in the order in which Twitch sent
/// them, and a word wherever something may be missing or out of order.
///
/// A pure value: what happens and the time come in, and after each call `takeOutputs` has what to hand on.
struct Arrivals {
  /// What is handed on.
  enum Output: Hashable {
    case notification(Notification)
    /// Between what was handed on before and what comes next, something may be missing: in that channel, or in any.
    case gap(TwitchUserID?)
    /// What comes next of that channel is older than what was handed on before.
    case disorder(TwitchUserID)
    /// Twitch seems to have stopped delivering to a shard that looks alive.
    case doubt
  }

  private var seen: SeenNotifications
  private var order = ChannelOrder()
  /// What came on new sockets whose old ones have not ended yet, and how losses stood then.
  private var early: [Int: [(notification: Notification, standing: ChannelOrder.Standing)]] = [:]
  /// How often there was an end to that.
  private var batches = 0
  private var outputs: [Output] = []
  /// Whether Twitch may have nowhere to deliver some notifications to.
  var isLossy: Bool { order.standing.isLossy }
  /// How many came again and were dropped.
  private(set) var duplicates = 0

  /// Starts with nothing. For `room` keys of what has come, the memory is taken at once.
  init(room: Int = 0) {
    seen = SeenNotifications(room: room)
  }

  /// When `tick` has to be called; `nil` when nothing waits for its time.
  var deadline: ContinuousClock.Instant? { order.deadline }

  /// Takes the notifications of these keys for seen.
  mutating func remember(_ keys: some Collection<UInt64>, at now: ContinuousClock.Instant) {
    seen.remember(keys, at: now)
  }

  /// Whether a delivery that has nothing but an id is new.
  mutating func isNew(_ id: NotificationID, at now: ContinuousClock.Instant) -> Bool {
    seen.isNew(id, at: now)
  }

  /// What is to be handed on now, in this order; each only once.
  mutating func takeOutputs() -> [Output] {
    defer { outputs = [] }
    return outputs
  }

  // What comes.

  /// A notification came over that shard, `nil` for one that has no order. Says whether it is to be handed on just so, which is
  /// the rule; then there are no outputs.
  mutating func receive(_ notification: Notification, on shard: Int?, at now: ContinuousClock.Instant) -> Bool {
    guard seen.isNew(notification, at: now) else {
      duplicates += 1
      if let shard { carryOut(order.accept(copyOf: notification, on: shard)) }
      return false
    }
    if !isLossy, let shard, let channel = notification.event.broadcaster,
      order.takesAtOnce(notification, of: channel, on: shard)
    {
      return true
    }
    accept(notification, on: shard, after: order.standing, at: now)
    return false
  }

  /// A notification came on a new socket of that shard, whose old one has not ended yet.
  mutating func receive(early notification: Notification, on shard: Int, at now: ContinuousClock.Instant) {
    if seen.isNew(notification, at: now) {
      early[shard, default: []].append((notification, order.standing))
    } else {
      duplicates += 1
      for taken in order.take(copyOf: notification, on: shard) { keep(early: taken, of: shard) }
    }
    order.setMoving(shard, true)
  }

  /// The old socket of that shard has ended.
  mutating func settled(_ shard: Int, at now: ContinuousClock.Instant) {
    order.setMoving(shard, false)
    batches += 1
    for (notification, standing) in early.removeValue(forKey: shard) ?? [] {
      accept(notification, on: shard, from: .early(batch: batches), after: standing, at: now)
    }
    tick(at: now)
  }

  /// Time has passed.
  mutating func tick(at now: ContinuousClock.Instant) {
    carryOut(order.tick(at: now))
  }

  // What becomes of the shards.

  /// A session of that shard was welcomed.
  mutating func opened(_ shard: Int) {
    order.opened(shard)
  }

  /// The session of that shard is over, and maybe something with it that was on its way.
  mutating func lost(_ shard: Int, mayHaveCost: Bool, at now: ContinuousClock.Instant) {
    if mayHaveCost { interrupted() }
    guard order.closed(shard) else { return }
    settled(shard, at: now)
    carryOut(order.releaseOrphans())
  }

  /// Something may have been lost, and the session goes on.
  mutating func interrupted() {
    outputs.append(.gap(nil))
    order.interrupt(also: early.values.joined().compactMap(\.notification.event.broadcaster))
  }

  /// Something of that channel may have been lost.
  mutating func interrupted(in channel: TwitchUserID) {
    outputs.append(.gap(channel))
    let isEarly = early.values.joined().contains { $0.notification.event.broadcaster == channel }
    order.interrupt(channel, isExpected: isEarly)
  }

  /// Says whether Twitch may have nowhere to deliver some notifications to, and whether it has a session for every shard that
  /// there should be, as far as is known. As long as it may have nowhere, each that comes may be the first after some that did not.
  mutating func follow(isLossy: Bool, isWhole: Bool, at now: ContinuousClock.Instant) {
    if isLossy != self.isLossy {
      order.standing.isLossy = isLossy
      interrupted()
    }
    order.setWhole(isWhole, at: now)
  }

  // The parts of that.

  /// Puts what had waited before what is younger of its channel: that may have come since.
  private mutating func keep(early taken: Notification, of shard: Int) {
    var kept = early[shard] ?? []
    let younger = kept.firstIndex {
      $0.notification.event.broadcaster == taken.event.broadcaster && taken.isOlder(than: $0.notification)
    }
    kept.insert((taken, order.standing), at: younger ?? kept.endIndex)
    early[shard] = kept
  }

  private mutating func accept(
    _ notification: Notification, on shard: Int?, from source: ChannelOrder.Source? = nil,
    after standing: ChannelOrder.Standing, at now: ContinuousClock.Instant
  ) {
    guard let channel = notification.event.broadcaster else { return outputs.append(.notification(notification)) }
    if let shard {
      carryOut(order.accept(notification, of: channel, on: shard, from: source, after: standing, at: now))
    } else {
      carryOut(order.accept(unordered: notification, of: channel, at: now))
    }
  }

  private mutating func carryOut(_ steps: [ChannelOrder.Step]) {
    for step in steps {
      switch step {
      case .handOn(let notification, let doubt):
        if let channel = notification.event.broadcaster {
          // Who is told of the one is told of the other.
          if doubt == .late {
            outputs.append(.disorder(channel))
          } else if isLossy || doubt != nil {
            outputs.append(.gap(channel))
          }
        }
        outputs.append(.notification(notification))
      case .doubt: outputs.append(.doubt)
      }
    }
  }
}
