/// The order of each channel's notifications, which may come over more than one shard.
///
/// A pure value. A channel comes over one shard, its home, and there in order. What comes over another shard waits: for its copy or
/// something younger at home, for the home's end, or for `patience`. While the home is gone and several shards live, nobody knows over
/// which of them the next one comes: then everything waits so long, and goes in the order of its time.
struct ChannelOrder {
  /// What comes of it.
  enum Step {
    /// This one's turn has come. `isDoubtful` when something younger went before it after all, or something that should go
    /// before it may have been lost.
    case handOn(Notification, isDoubtful: Bool)
    /// Twitch seems to have stopped delivering to a shard that looks alive.
    case doubt
  }

  /// How much later than another shard's socket one may bring what was sent at the same time.
  static let patience: Duration = .milliseconds(250)
  /// How often in a row a channel may have changed its shard for good before nothing waits for the old one any more, and over
  /// how many notifications it has to stay where it is for that to be forgotten.
  static let restlessness = (moves: 16, calm: 64)
  /// How many have to come over one shard in a row until it is taken for the home of a channel whose home is gone.
  static let settling = 16

  private struct Home {
    var shard: Int
    /// How many have come in a row over the same shard, and over which.
    var streak: (shard: Int, count: Int)
    /// How often the channel left its shard lately.
    var moves = 0
    /// The youngest that was handed on: when Twitch made it, and over which shard it came.
    var youngest: (time: Timestamp, shard: Int?)?

    init(_ shard: Int) {
      self.shard = shard
      streak = (shard, 0)
    }

    var isRestless: Bool { moves >= ChannelOrder.restlessness.moves }

    /// Notes what came, also when it has to wait.
    mutating func count(_ shard: Int) {
      streak = streak.shard == shard ? (shard, streak.count + 1) : (shard, 1)
      if shard == self.shard, streak.count >= ChannelOrder.restlessness.calm { moves = 0 }
    }

    /// Notes what is handed on.
    mutating func note(_ notification: Notification, on shard: Int?) {
      guard let time = notification.timestamp else { return }
      if let youngest, time < youngest.time { return }
      youngest = (time, shard)
    }

    /// Whether something younger was handed on already. What comes over one shard comes in Twitch's own order, whatever its times.
    func isPast(_ notification: Notification, on shard: Int?) -> Bool {
      guard let time = notification.timestamp, let youngest, time < youngest.time else { return false }
      return shard == nil || shard != youngest.shard
    }
  }

  /// Something that waits because older things may come over another shard.
  private struct Waiting {
    var notification: Notification
    var channel: TwitchUserID
    var shard: Int
    var since: ContinuousClock.Instant
    /// How many interruptions there had been when it came.
    var interruptions: Int
  }

  private var homes: [TwitchUserID: Home] = [:]
  /// Each channel's in the order of their time.
  private var waiting: [Waiting] = []
  /// How many open sessions each shard has; two while one replaces the other.
  private var living: [Int: Int] = [:]
  /// Shards that have something which waits for the end of an old socket.
  private var unsettled: Set<Int> = []

  /// How often something may have been lost.
  private(set) var interruptions = 0
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
    guard waiting.isEmpty, interrupted.isEmpty else { return false }
    var home = homes[channel] ?? Home(shard)
    guard home.shard == shard || home.isRestless, !home.isPast(notification, on: shard) else { return false }
    home.shard = shard
    home.count(shard)
    home.note(notification, on: shard)
    homes[channel] = home
    return true
  }

  /// Something of that channel came over that shard, after so many interruptions.
  mutating func accept(
    _ notification: Notification, of channel: TwitchUserID, on shard: Int, after interruptions: Int,
    at now: ContinuousClock.Instant
  ) -> [Step] {
    let new = Waiting(
      notification: notification, channel: channel, shard: shard, since: now, interruptions: interruptions)
    guard isHome(shard, of: channel) else {
      insert(new)
      return []
    }
    let older = waiting.last { $0.channel == channel && $0.notification.isOlder(than: notification) }
    guard let older else {
      return release(channel, through: shard) + [handOn(new, on: shard)]
    }
    insert(new)
    if older.shard != shard, living[older.shard] != nil, homes[channel]?.isRestless == false {
      // The home has gone beyond something that it did not bring: the channel comes over that other shard now, or over both.
      move(channel, to: older.shard)
      return release(channel, through: older.shard)
    }
    return release(channel, through: shard)
  }

  /// Something of that channel came that has no order to keep.
  mutating func accept(
    unordered notification: Notification, of channel: TwitchUserID, at now: ContinuousClock.Instant
  ) -> [Step] {
    let older = waiting.lastIndex { $0.channel == channel && $0.notification.isOlder(than: notification) }
    let steps = older.map { release(channel, upTo: $0) } ?? []
    let new = Waiting(
      notification: notification, channel: channel, shard: -1, since: now, interruptions: interruptions)
    return steps + [handOn(new, on: nil)]
  }

  /// Another copy came over that shard of something that may be waiting for just that.
  mutating func accept(copyOf notification: Notification, on shard: Int) -> [Step] {
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
      if isHomeAlive(late.channel) {
        steps.append(.doubt)
        move(late.channel, to: late.shard)
        steps += release(late.channel, through: late.shard)
      } else if let place = waiting.firstIndex(where: { $0.channel == late.channel && $0.since == late.since }) {
        steps += release(late.channel, upTo: place)
      }
    }
    return steps
  }

  /// Something may have been lost, of those channels, too, of which something has not come here yet.
  mutating func interrupt(also others: some Sequence<TwitchUserID>) {
    interruptions += 1
    for waiting in waiting { interrupted[waiting.channel] = interruptions }
    for channel in others { interrupted[channel] = interruptions }
  }

  // What becomes of the shards.

  /// A session of that shard was welcomed.
  mutating func opened(_ shard: Int) { living[shard, default: 0] += 1 }

  /// A session of that shard is over. Says whether it was the last one.
  mutating func closed(_ shard: Int) -> Bool {
    guard let count = living[shard], count > 1 else {
      living[shard] = nil
      return true
    }
    living[shard] = count - 1
    return false
  }

  /// What waited for shards that are gone waits no more, unless others may still bring something older.
  mutating func releaseOrphans() -> [Step] {
    guard living.count <= 1 else { return [] }
    var steps: [Step] = []
    while let orphan = waiting.last(where: { !isHomeAlive($0.channel) }) {
      homes[orphan.channel]?.shard = orphan.shard
      steps += release(orphan.channel, upTo: waiting.endIndex - 1)
    }
    return steps
  }

  /// Whether something that came over that shard waits for the end of an old socket: until then nothing there is overdue.
  mutating func setUnsettled(_ shard: Int, _ isUnsettled: Bool) {
    if isUnsettled { unsettled.insert(shard) } else { unsettled.remove(shard) }
  }

  // The parts of that.

  private func isHomeAlive(_ channel: TwitchUserID) -> Bool { homes[channel].map { living[$0.shard] != nil } ?? false }

  /// Whether the channel comes over that shard, or does from now on; not when it may yet come over another one.
  private mutating func isHome(_ shard: Int, of channel: TwitchUserID) -> Bool {
    guard var home = homes[channel] else {
      homes[channel] = Home(shard)
      return true
    }
    home.count(shard)
    let isAlone = living.allSatisfy { $0.key == shard }
    let isGone = living[home.shard] == nil
    if home.isRestless || isGone && (isAlone || home.streak.count >= Self.settling) { home.shard = shard }
    homes[channel] = home
    return home.shard == shard
  }

  private mutating func move(_ channel: TwitchUserID, to shard: Int) {
    guard let home = homes[channel], home.shard != shard else { return }
    homes[channel]?.shard = shard
    homes[channel]?.moves += 1
  }

  /// What has waited for the longest time and waits for nothing but time.
  private var firstDue: Waiting? {
    guard !waiting.isEmpty else { return nil }
    let due = unsettled.isEmpty ? waiting : waiting.filter { !unsettled.contains(homes[$0.channel]?.shard ?? -1) }
    return due.min { $0.since < $1.since }
  }

  /// Keeps it before what is younger in its channel, but behind what came over the same shard: there Twitch's order counts, not
  /// its times.
  private mutating func insert(_ new: Waiting) {
    let behind = waiting.lastIndex { $0.channel == new.channel && $0.shard == new.shard }
    let rest = waiting[(behind.map { $0 + 1 } ?? 0)...]
    let younger = rest.firstIndex { $0.channel == new.channel && new.notification.isOlder(than: $0.notification) }
    waiting.insert(new, at: younger ?? waiting.endIndex)
  }

  /// Where the copy of a notification waits for it to come over that shard.
  private func place(ofCopy notification: Notification, on shard: Int) -> Int? {
    guard !waiting.isEmpty else { return nil }
    let keys = notification.seenKeys
    return waiting.firstIndex {
      homes[$0.channel]?.shard == shard && $0.notification.seenKeys.contains(where: keys.contains)
    }
  }

  /// Everything of the channel before what came last over its home has its turn.
  private mutating func release(_ channel: TwitchUserID, through home: Int) -> [Step] {
    guard let place = waiting.lastIndex(where: { $0.channel == channel && $0.shard == home }) else { return [] }
    return release(channel, upTo: place)
  }

  private mutating func release(_ channel: TwitchUserID, upTo place: Int) -> [Step] {
    takeWaiting(channel, upTo: place).map { handOn($0, on: $0.shard) }
  }

  private mutating func takeWaiting(_ channel: TwitchUserID, upTo place: Int) -> [Waiting] {
    let taken = waiting[...place].filter { $0.channel == channel }
    waiting = waiting[...place].filter { $0.channel != channel } + waiting[(place + 1)...]
    return taken
  }

  private mutating func handOn(_ next: Waiting, on shard: Int?) -> Step {
    var isDoubtful = homes[next.channel]?.isPast(next.notification, on: shard) ?? false
    homes[next.channel]?.note(next.notification, on: shard)
    if let last = interrupted[next.channel], next.interruptions >= last {
      interrupted[next.channel] = nil
      isDoubtful = true
    }
    return .handOn(next.notification, isDoubtful: isDoubtful)
  }
}

extension Notification {
  /// Whether Twitch made it before the other one, as far as it says so.
  fileprivate func isOlder(than other: Notification) -> Bool {
    guard let timestamp, let time = other.timestamp else { return false }
    return timestamp < time
  }
}
