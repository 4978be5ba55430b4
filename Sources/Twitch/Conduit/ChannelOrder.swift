/// The order of each channel's notifications, which may come over more than one shard.
///
/// A pure value. A channel comes over one shard, its home, and there in order: Twitch picks the shard by a hash of the channel, over
/// all shards that there should be, and takes any other one, each time anew, while that one is gone. So a channel is settled as
/// long as it comes over its home. What comes over another shard then waits: for its copy or something younger at home, or for
/// `patience`, and is a sign that the channel may not be where it seemed. Of a channel that is not settled everything waits so
/// long, and goes in the order of its time.
struct ChannelOrder {
  /// What comes of it.
  enum Step {
    /// This one's turn has come.
    case handOn(Notification, Doubt?)
    /// Twitch seems to have stopped delivering to a shard that looks alive.
    case doubt
  }

  /// Where things come from in the order in which Twitch sent them.
  enum Source: Hashable {
    case shard(Int)
    /// What a new socket had brought before its old one ended. The shard may have brought more since, over a newer one.
    case early(batch: Int)
  }

  /// What is to be said before something is handed on.
  enum Doubt {
    /// What should go before it may have been lost.
    case missing
    /// Something younger went before it after all.
    case late
  }

  /// What was known of losses when something came.
  struct Standing {
    /// How often something may have been lost until then.
    fileprivate(set) var interruptions = 0
    /// Whether Twitch might have nowhere to deliver to: then something may be missing right before what came.
    var isLossy = true
  }

  /// How much later than another shard's socket one may bring what was sent at the same time.
  static let patience: Duration = .milliseconds(250)
  /// How many have to come over one shard in a row until it is taken for the home of a channel that was not settled.
  static let settling = 16

  private struct Home {
    var shard: Int
    /// Which of the shard's lives the channel was last heard in; `nil` as long as the shard is a guess.
    var life: Int?
    /// Whether the channel came over other shards, too, while this one was alive.
    var isDoubted = false
    /// How many have come in a row over the same shard, and over which.
    var streak: (shard: Int, count: Int)
    /// The youngest that was handed on since something came late: when Twitch made it, and where it came from.
    var youngest: (time: Timestamp, source: Source?)?

    init(_ shard: Int) {
      self.shard = shard
      streak = (shard, 0)
    }

    /// Notes what came, also when it has to wait.
    mutating func count(_ shard: Int) {
      streak = streak.shard == shard ? (shard, streak.count + 1) : (shard, 1)
    }

    mutating func settle(on shard: Int, life: Int) {
      (self.shard, self.life, isDoubted) = (shard, life, false)
    }

    /// Notes what is handed on. What is late comes after a word that it is, and only what is handed on behind that word can be
    /// overtaken by what comes next.
    mutating func note(_ notification: Notification, from source: Source?, isLate: Bool) {
      guard let time = notification.timestamp else { return }
      if !isLate, let youngest, time < youngest.time { return }
      youngest = (time, source)
    }

    /// Whether something younger was handed on already. What comes from one source comes in Twitch's own order, whatever its times.
    func isPast(_ notification: Notification, from source: Source?) -> Bool {
      guard let time = notification.timestamp, let youngest, time < youngest.time else { return false }
      return source == nil || source != youngest.source
    }
  }

  /// Something that waits because older things may come over another shard.
  private struct Waiting {
    var notification: Notification
    var channel: TwitchUserID
    var shard: Int
    var source: Source?
    var since: ContinuousClock.Instant
    var standing: Standing
    /// Whether it came while the channel was settled elsewhere, which it should not.
    var isStrange: Bool
  }

  private var homes: [TwitchUserID: Home] = [:]
  /// Each channel's in the order of their time.
  private var waiting: [Waiting] = []
  /// How many open sessions each shard has; two while one replaces the other.
  private var living: [Int: Int] = [:]
  /// How often each shard was without a session.
  private var lives: [Int: Int] = [:]
  /// Since when Twitch has had a session for every shard that there should be; `nil` while it has not.
  private var wholeSince: ContinuousClock.Instant?
  /// Shards that have something which waits for the end of an old socket.
  private var moving: Set<Int> = []

  /// What is known of losses now.
  var standing = Standing()
  /// Channels of which something waited when something may have been lost, and the last such time: what came before it is handed
  /// on only now, and a gap has its place behind that.
  private var interrupted: [TwitchUserID: Int] = [:]

  /// Whether nothing waits.
  var isIdle: Bool { waiting.isEmpty }

  /// When `tick` has to be called; `nil` when nothing waits for its time.
  var deadline: ContinuousClock.Instant? { firstDue.map { $0.since + Self.patience } }

  // What comes.

  /// Whether something of that channel that came over that shard can be handed on just so, which is the rule; then it counts as
  /// handed on.
  mutating func takesAtOnce(_ notification: Notification, of channel: TwitchUserID, on shard: Int) -> Bool {
    guard waiting.isEmpty, interrupted.isEmpty, let place = homes.index(forKey: channel) else { return false }
    var home = homes.values[place]
    guard !home.isPast(notification, from: .shard(shard)) else { return false }
    if isSettled(home) {
      guard home.shard == shard else { return false }
      home.count(shard)
    } else if !isAlone(shard) {
      return false
    }
    home.note(notification, from: .shard(shard), isLate: false)
    homes.values[place] = home
    return true
  }

  /// Something of that channel came over that shard, when losses stood like this; in the order of the shard or of another source.
  mutating func accept(
    _ notification: Notification, of channel: TwitchUserID, on shard: Int, from source: Source? = nil,
    after standing: Standing, at now: ContinuousClock.Instant
  ) -> [Step] {
    let source = source ?? .shard(shard)
    let isAtHome = arrive(in: channel, on: shard, at: now)
    let isStrange = !isAtHome && homes[channel].map(isSettled) == true
    let new = Waiting(
      notification: notification, channel: channel, shard: shard, source: source, since: now, standing: standing,
      isStrange: isStrange)
    if isAtHome {
      let last = waiting.lastIndex {
        $0.channel == channel && ($0.source == source || $0.notification.isOlder(than: notification))
      }
      guard let last else { return [handOn(new)] }
      let hasStrayed = waiting[...last].contains {
        $0.channel == channel && $0.isStrange && living[$0.shard] != nil
      }
      return (hasStrayed ? [doubt(channel)] : []) + release(channel, upTo: last) + [handOn(new)]
    }
    insert(new)
    return isStrange && homes[channel]?.isPast(notification, from: source) == true ? [doubt(channel)] : []
  }

  /// Something of that channel came that has no order to keep.
  mutating func accept(
    unordered notification: Notification, of channel: TwitchUserID, at now: ContinuousClock.Instant
  ) -> [Step] {
    let older = waiting.lastIndex { $0.channel == channel && $0.notification.isOlder(than: notification) }
    let steps = older.map { release(channel, upTo: $0) } ?? []
    let new = Waiting(
      notification: notification, channel: channel, shard: -1, source: nil, since: now, standing: standing,
      isStrange: false)
    return steps + [handOn(new)]
  }

  /// Another copy came over that shard of something that may be waiting for just that.
  mutating func accept(copyOf notification: Notification, on shard: Int) -> [Step] {
    // Which of two copies came the usual way, the next one will tell.
    if let channel = notification.event.broadcaster, let home = homes[channel], !isSettled(home), !isAlone(shard) {
      homes[channel]?.count(shard)
    }
    guard let place = place(ofCopy: notification, on: shard) else { return [] }
    return release(waiting[place].channel, upTo: place)
  }

  /// What waits for a copy of this to come over that shard: it, and what goes before it. They wait no more.
  mutating func take(copyOf notification: Notification, on shard: Int) -> [Notification] {
    guard let place = place(ofCopy: notification, on: shard) else { return [] }
    return takeWaiting(waiting[place].channel, upTo: place).map(\.notification)
  }

  /// Time has passed.
  mutating func tick(at now: ContinuousClock.Instant) -> [Step] {
    var steps: [Step] = []
    while let late = firstDue, late.since + Self.patience <= now {
      // What the home should have brought before may be lost with it.
      let isMissed = late.isStrange && homes[late.channel].map(isSettled) == true
      if isMissed { steps.append(doubt(late.channel)) }
      steps += release(late.channel, upTo: place(of: late), after: isMissed ? .missing : nil)
    }
    return steps
  }

  /// Something may have been lost, of those channels, too, of which something has not come here yet.
  mutating func interrupt(also others: some Sequence<TwitchUserID>) {
    standing.interruptions += 1
    for waiting in waiting { interrupted[waiting.channel] = standing.interruptions }
    for channel in others { interrupted[channel] = standing.interruptions }
  }

  /// Something of that channel may have been lost. `isExpected` when something of it has not come here yet.
  mutating func interrupt(_ channel: TwitchUserID, isExpected: Bool) {
    guard isExpected || waiting.contains(where: { $0.channel == channel }) else { return }
    standing.interruptions += 1
    interrupted[channel] = standing.interruptions
  }

  // What becomes of the shards.

  /// Whether Twitch has a session for every shard that there should be, as far as is known.
  mutating func setWhole(_ isWhole: Bool, at now: ContinuousClock.Instant) {
    if !isWhole { wholeSince = nil } else if wholeSince == nil { wholeSince = now }
  }

  /// A session of that shard was welcomed.
  mutating func opened(_ shard: Int) { living[shard, default: 0] += 1 }

  /// A session of that shard is over. Says whether it was the last one.
  mutating func closed(_ shard: Int) -> Bool {
    guard let count = living[shard], count > 1 else {
      living[shard] = nil
      lives[shard, default: 0] += 1
      return true
    }
    living[shard] = count - 1
    return false
  }

  /// What waited for shards that are gone waits no more, unless others may still bring something older.
  mutating func releaseOrphans() -> [Step] {
    guard living.count <= 1 else { return [] }
    var steps: [Step] = []
    while let orphan = waiting.last(where: { living[homes[$0.channel]?.shard ?? -1] == nil }) {
      steps += release(orphan.channel, upTo: waiting.endIndex - 1)
    }
    return steps
  }

  /// Whether something that came over that shard waits for the end of an old socket: until then nothing there is overdue.
  mutating func setMoving(_ shard: Int, _ isMoving: Bool) {
    if isMoving { moving.insert(shard) } else { moving.remove(shard) }
  }

  // The parts of that.

  private func isAlone(_ shard: Int) -> Bool { living.allSatisfy { $0.key == shard } }

  /// Whether the channel comes over its home and nowhere else.
  private func isSettled(_ home: Home) -> Bool {
    !home.isDoubted && home.life == lives[home.shard, default: 0] && living[home.shard] != nil
  }

  /// Notes that something came, and says whether it came where it should: then whatever is older is here.
  private mutating func arrive(in channel: TwitchUserID, on shard: Int, at now: ContinuousClock.Instant) -> Bool {
    // What Twitch sent before it had all shards may still be on its way.
    let isWhole = wholeSince.map { $0 + Self.patience <= now } ?? false
    let isNew = homes[channel] == nil
    var home = homes[channel] ?? Home(shard)
    defer { homes[channel] = home }
    if isSettled(home) {
      home.count(shard)
      return home.shard == shard
    }
    // The one shard that lives says nothing about where the channel will come when there are others.
    guard !isAlone(shard) else { return true }
    home.count(shard)
    let isBack = home.life == nil ? home.streak.count > 1 : home.shard == shard
    guard isWhole && isBack && !home.isDoubted || home.streak.count >= Self.settling else { return isNew && isWhole }
    home.settle(on: shard, life: lives[shard, default: 0])
    return true
  }

  private mutating func doubt(_ channel: TwitchUserID) -> Step {
    homes[channel]?.isDoubted = true
    homes[channel]?.streak.count = 0
    return .doubt
  }

  /// What has waited for the longest time and waits for nothing but time.
  private var firstDue: Waiting? {
    guard !waiting.isEmpty else { return nil }
    let due = moving.isEmpty ? waiting : waiting.filter { !moving.contains(homes[$0.channel]?.shard ?? -1) }
    return due.min { $0.since < $1.since }
  }

  /// Keeps it before what is younger in its channel, but behind what came from the same source: there Twitch's order counts, not
  /// its times.
  private mutating func insert(_ new: Waiting) {
    let behind = waiting.lastIndex { $0.channel == new.channel && $0.source == new.source }
    let rest = waiting[(behind.map { $0 + 1 } ?? 0)...]
    let younger = rest.firstIndex { $0.channel == new.channel && new.notification.isOlder(than: $0.notification) }
    waiting.insert(new, at: younger ?? waiting.endIndex)
  }

  /// Where the copy of a notification waits for it to come over that shard.
  private func place(ofCopy notification: Notification, on shard: Int) -> Int? {
    guard !waiting.isEmpty else { return nil }
    let keys = notification.seenKeys
    return waiting.firstIndex {
      guard let home = homes[$0.channel], home.shard == shard, isSettled(home) else { return false }
      return $0.notification.seenKeys.contains(where: keys.contains)
    }
  }

  private func place(of one: Waiting) -> Int {
    waiting.lastIndex { $0.channel == one.channel && $0.shard == one.shard && $0.since == one.since } ?? 0
  }

  private mutating func release(_ channel: TwitchUserID, upTo place: Int, after doubt: Doubt? = nil) -> [Step] {
    takeWaiting(channel, upTo: place).enumerated().map { number, next in
      handOn(next, after: number == 0 ? doubt : nil)
    }
  }

  private mutating func takeWaiting(_ channel: TwitchUserID, upTo place: Int) -> [Waiting] {
    let taken = waiting[...place].filter { $0.channel == channel }
    waiting = waiting[...place].filter { $0.channel != channel } + waiting[(place + 1)...]
    return taken
  }

  private mutating func handOn(_ next: Waiting, after doubt: Doubt? = nil) -> Step {
    let isLate = homes[next.channel]?.isPast(next.notification, from: next.source) == true
    homes[next.channel]?.note(next.notification, from: next.source, isLate: isLate)
    var doubt = next.standing.isLossy ? .missing : doubt
    if let last = interrupted[next.channel], next.standing.interruptions >= last {
      interrupted[next.channel] = nil
      doubt = .missing
    }
    return .handOn(next.notification, isLate ? .late : doubt)
  }
}

extension Notification {
  /// Whether Twitch made it before the other one, as far as it says so.
  func isOlder(than other: Notification) -> Bool {
    guard let timestamp, let time = other.timestamp else { return false }
    return timestamp < time
  }
}
