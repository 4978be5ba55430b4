/// What comes over all shards, made one stream: each notification once, those of a channel in the order in which Twitch sent
/// them, and a word wherever something may be missing.
///
/// A pure value: what happens and the time come in, and after each call `takeOutputs` has what to hand on. A channel comes over
/// one shard as a rule. When it comes over another one while the first still lives, something older may still be on its way there, so it
/// waits: for its copy or something younger on the first shard, for that shard's end, or for `patience`.
struct Arrivals {
  /// What is handed on.
  enum Output: Hashable {
    case notification(Notification)
    /// Between what was handed on before and what comes next, something may be missing: in that channel, or in any.
    case gap(TwitchUserID?)
    /// Twitch seems to have stopped delivering to a shard that looks alive.
    case doubt
  }

  /// How much later than another shard's socket one may bring what was sent at the same time.
  static let patience: Duration = .milliseconds(250)
  /// How often in a row a channel may have changed its shard for good before nothing waits for the old one any more, and over
  /// how many notifications it has to stay where it is for that to be forgotten.
  static let restlessness = (moves: 16, calm: 64)

  /// The shard over which a channel comes.
  private struct Home {
    var shard: Int
    /// How many have come over it in a row.
    var streak = 0
    /// How often the channel left its shard lately.
    var moves = 0

    /// Whether what came over that shard can be taken as it comes.
    mutating func take(_ shard: Int, isAlive: (Int) -> Bool) -> Bool {
      if shard == self.shard {
        streak += 1
        if streak >= Arrivals.restlessness.calm { moves = 0 }
        return true
      }
      guard moves >= Arrivals.restlessness.moves || !isAlive(self.shard) else { return false }
      self = Home(shard: shard, moves: moves)
      return true
    }
  }

  /// Something that waits because older things may come over another shard.
  private struct Held {
    var notification: Notification
    var channel: TwitchUserID
    var shard: Int
    var other: Int
    var since: ContinuousClock.Instant
  }

  private var seen: SeenNotifications
  private var homes: [TwitchUserID: Home] = [:]
  private var held: [Held] = []
  /// What came on new sockets whose old ones have not ended yet.
  private var early: [Int: [Notification]] = [:]
  /// How many open sessions each shard has; two while one replaces the other.
  private var living: [Int: Int] = [:]
  private var outputs: [Output] = []
  /// Whether Twitch may have nowhere to deliver some notifications to.
  private(set) var isLossy = true
  /// How many came again and were dropped.
  private(set) var duplicates = 0

  /// Starts with nothing. For `room` keys of what has come, the memory is taken at once.
  init(room: Int = 0) {
    seen = SeenNotifications(room: room)
  }

  /// When `tick` has to be called; `nil` when nothing waits for its time.
  var deadline: ContinuousClock.Instant? {
    held.isEmpty ? nil : firstDue.map { $0.since + Self.patience }
  }

  /// Takes the notifications of these keys for seen.
  mutating func remember(_ keys: some Sequence<UInt64>, at now: ContinuousClock.Instant) {
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
      if !held.isEmpty, let shard { release(copyOf: notification, on: shard) }
      return false
    }
    if !isLossy, held.isEmpty, let shard, let channel = notification.event.broadcaster, isAtHome(channel, on: shard) {
      return true
    }
    accept(notification, on: shard, at: now)
    return false
  }

  /// A notification came on a new socket of that shard, whose old one has not ended yet.
  mutating func receive(early notification: Notification, on shard: Int, at now: ContinuousClock.Instant) {
    guard seen.isNew(notification, at: now) else {
      duplicates += 1
      guard let place = place(ofCopy: notification, behind: shard) else { return }
      early[shard, default: []] += takeHeld(of: held[place].channel, upTo: place).map(\.notification)
      return
    }
    early[shard, default: []].append(notification)
  }

  /// The old socket of that shard has ended.
  mutating func settled(_ shard: Int, at now: ContinuousClock.Instant) {
    for notification in early.removeValue(forKey: shard) ?? [] { accept(notification, on: shard, at: now) }
    tick(at: now)
  }

  /// Time has passed.
  mutating func tick(at now: ContinuousClock.Instant) {
    while let late = firstDue, late.since + Self.patience <= now {
      outputs.append(.doubt)
      move(late.channel, to: late.shard)
      release { $0.channel == late.channel && $0.shard == late.shard }
    }
  }

  /// What has waited for the longest time and waits for nothing but time.
  private var firstDue: Held? {
    held.filter { early[$0.other] == nil }.min { $0.since < $1.since }
  }

  // What becomes of the shards.

  /// A session of that shard was welcomed.
  mutating func opened(_ shard: Int) {
    living[shard, default: 0] += 1
  }

  /// The session of that shard is over, and maybe something with it that was on its way.
  mutating func lost(_ shard: Int, mayHaveCost: Bool, at now: ContinuousClock.Instant) {
    if mayHaveCost { outputs.append(.gap(nil)) }
    if let count = living[shard], count > 1 {
      living[shard] = count - 1
      return
    }
    settled(shard, at: now)
    living[shard] = nil
    for late in held where late.other == shard { homes[late.channel] = Home(shard: late.shard) }
    release { $0.other == shard }
  }

  /// Something may have been lost, and the session goes on.
  mutating func interrupted() {
    outputs.append(.gap(nil))
  }

  /// Says whether Twitch may have nowhere to deliver some notifications to. As long as that is so, each one that comes may be
  /// the first after some that did not.
  mutating func setLossy(_ isLossy: Bool) {
    guard isLossy != self.isLossy else { return }
    self.isLossy = isLossy
    outputs.append(.gap(nil))
  }

  // The parts of that.

  private mutating func accept(_ notification: Notification, on shard: Int?, at now: ContinuousClock.Instant) {
    let channel = notification.event.broadcaster
    if let channel, let shard, !isAtHome(channel, on: shard), let other = homes[channel]?.shard {
      hold(Held(notification: notification, channel: channel, shard: shard, other: other, since: now))
    } else {
      release { $0.channel == channel && $0.notification.isOlder(than: notification) }
      handOn(notification, of: channel)
    }
  }

  /// Whether the channel comes over that shard, or does from now on; not when it may yet come over another one.
  private mutating func isAtHome(_ channel: TwitchUserID, on shard: Int) -> Bool {
    homes[channel, default: Home(shard: shard)].take(shard) { living[$0] != nil }
  }

  private mutating func move(_ channel: TwitchUserID, to shard: Int) {
    guard let home = homes[channel], home.shard != shard else { return }
    homes[channel] = Home(shard: shard, moves: home.moves + 1)
  }

  /// Where the copy of a notification waits for it to come over that shard.
  private func place(ofCopy notification: Notification, behind shard: Int) -> Int? {
    guard !held.isEmpty else { return nil }
    let keys = notification.seenKeys
    return held.firstIndex { $0.other == shard && $0.notification.seenKeys.contains(where: keys.contains) }
  }

  /// What waited for its copy has its place now, and what had come before it over the same shard, too.
  private mutating func release(copyOf notification: Notification, on shard: Int) {
    guard let place = place(ofCopy: notification, behind: shard) else { return }
    for late in takeHeld(of: held[place].channel, upTo: place) { handOn(late.notification, of: late.channel) }
  }

  private mutating func release(where condition: (Held) -> Bool) {
    guard held.contains(where: condition) else { return }
    let (taken, left) = (held.filter(condition), held.filter { !condition($0) })
    held = left
    for late in taken { handOn(late.notification, of: late.channel) }
  }

  /// Keeps it before what is younger in its channel.
  private mutating func hold(_ new: Held) {
    let place = held.firstIndex { $0.channel == new.channel && new.notification.isOlder(than: $0.notification) }
    held.insert(new, at: place ?? held.endIndex)
  }

  private mutating func takeHeld(of channel: TwitchUserID, upTo place: Int) -> [Held] {
    let taken = held[...place].filter { $0.channel == channel }
    held = held[...place].filter { $0.channel != channel } + held[(place + 1)...]
    return taken
  }

  private mutating func handOn(_ notification: Notification, of channel: TwitchUserID?) {
    if isLossy, let channel { outputs.append(.gap(channel)) }
    outputs.append(.notification(notification))
  }
}

extension Notification {
  /// Whether Twitch made it before the other one, as far as it says so.
  fileprivate func isOlder(than other: Notification) -> Bool {
    guard let timestamp, let time = other.timestamp else { return false }
    return timestamp < time
  }
}
