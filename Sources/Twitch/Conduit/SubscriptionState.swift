/// The subscriptions of a conduit: what is wanted against what Twitch lists, and so what to add and to remove.
///
/// A pure value, driven like `ConduitState`. It touches nothing but the subscriptions of its own conduit, and nothing at all
/// before it has been told what is wanted and seen what is there.
struct SubscriptionState {
  /// Something to be done.
  enum Step: Hashable {
    /// List the subscriptions of that conduit.
    case list(ConduitID)
    /// Add one.
    case create(Subscription.Topic, ConduitID)
    /// Remove one.
    case delete(SubscriptionID)
  }

  /// How many calls may be under way at once.
  static let parallelLimit = 6
  /// How often to compare with Twitch's list, at least; longer when the list is long, since each page costs a call.
  static let listInterval: Duration = .seconds(300)
  /// How often adding one may fail until the others go first.
  static let patience = 3
  /// How soon to list when there is doubt about what is there.
  static let checkInterval: Duration = .seconds(30)

  private typealias Topic = Subscription.Topic

  private let client: ClientID
  private var conduit: ConduitID?
  private var channels: Set<ConduitPool.Channel>?
  /// What is wanted, the most important first, and the same as a set.
  private var order: [Subscription.Topic] = []
  private var wanted: Set<Subscription.Topic> = []
  /// What Twitch has of that, as far as known; the id is missing when Twitch said that it exists and not under which.
  private var present: [Subscription.Topic: SubscriptionID?] = [:]
  private var topics: [SubscriptionID: Subscription.Topic] = [:]
  private var refusals = Refusals()

  /// What may be added now, the most important last.
  private var missing: [Subscription.Topic] = []
  private var removable: [SubscriptionID] = []
  private var creating: Set<Subscription.Topic> = []
  /// How often in a row adding one came to nothing for want of an answer that makes sense.
  private var failures: [Subscription.Topic: Int] = [:]
  /// What is there as far as Twitch's conflicts say, and how many of these in a row the list did not confirm.
  private var conflicts: [Subscription.Topic: Int] = [:]
  private var deleting: Set<SubscriptionID> = []

  private var isListing = false
  /// What was revoked while a list was under way, which may still have it.
  private var revokedMeanwhile: Set<SubscriptionID> = []
  private var listAt: ContinuousClock.Instant?
  private var retry = Backoff()
  /// What cannot be removed must not keep anything from being added.
  private var removal = Backoff()

  /// Knows nothing yet.
  init(client: ClientID) {
    self.client = client
  }

  /// How many of the wanted ones are there.
  var presentCount: Int { present.count }
  /// How many are wanted and not there.
  var missingCount: Int { wanted.count - present.count }

  /// How many are to be removed.
  var excessCount: Int { removable.count }

  /// Whether all that is wanted is there; `nil` while Twitch is asked what is.
  var isComplete: Bool? { isListing ? nil : conduit != nil && channels != nil && missingCount == 0 }

  /// The channels whose chat Twitch does not let us read, and why.
  var unreadable: [ConduitPool.Channel: String] { refusals.unreadable }

  /// When `steps` has to be asked again after now, if nothing happens before.
  func wake(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    [retry.notBefore, removal.notBefore, listAt, refusals.checkAt].compactMap { $0 }.filter { $0 > now }.min()
  }

  /// Whether only the rate limit can keep `steps` from giving some now.
  func hasWork(at now: ContinuousClock.Instant) -> Bool {
    !missing.isEmpty || !removable.isEmpty || listAt.map { $0 <= now } ?? false
  }

  // What is wanted.

  /// Wants these channels from now on, and no others.
  mutating func want(_ channels: Set<ConduitPool.Channel>, at now: ContinuousClock.Instant) {
    guard channels != self.channels else { return }
    self.channels = channels
    compare(at: now)
  }

  /// What somebody granted may be more than when Twitch refused it: it is asked for at once.
  mutating func granted(by user: TwitchUserID, at now: ContinuousClock.Instant) {
    if refusals.forget(concerning: user) { findMissing(at: now) }
  }

  /// Works on that conduit from now on. One that was just made needs no listing.
  mutating func use(_ conduit: ConduitID?, isNew: Bool, at now: ContinuousClock.Instant) {
    guard conduit != self.conduit else { return }
    self.conduit = conduit
    present = [:]
    topics = [:]
    removable = []
    creating = []
    failures = [:]
    conflicts = [:]
    deleting = []
    // What was refused may have been refused because of the conduit.
    refusals = Refusals()
    isListing = false
    listAt = isNew ? now + Self.listInterval : now
    compare(at: now)
  }

  /// Works out anew what is wanted, and with that what is missing and what is too much.
  private mutating func compare(at now: ContinuousClock.Instant) {
    guard let channels, let conduit else { return }
    let sorted = channels.sorted { ($0.broadcaster, $0.reader) < ($1.broadcaster, $1.reader) }
    let ranks = SubscriptionType.ofChannels.map { type in sorted.map { Topic(type, for: $0) } }
    order = ranks[0] + [Topic.shardDisabled(of: conduit, by: client)] + ranks.dropFirst().joined()
    wanted = Set(order)
    refusals.keep(wanted)
    conflicts = conflicts.filter { wanted.contains($0.key) }
    failures = failures.filter { wanted.contains($0.key) }
    for (topic, id) in present where !wanted.contains(topic) { removeExcess(topic, id) }
    findMissing(at: now)
  }

  private mutating func removeExcess(_ topic: Topic, _ id: SubscriptionID?) {
    present[topic] = nil
    guard let id else { return }
    topics[id] = nil
    removable.append(id)
  }

  private mutating func findMissing(at now: ContinuousClock.Instant) {
    refusals.check(at: now)
    missing = order.reversed().filter {
      present[$0] == nil && !creating.contains($0) && refusals.permit($0, at: now)
    }
  }

  // What to do.

  /// What is to be done now; all of it counts as begun. `allowance` is how many calls the rate limit has room for.
  mutating func steps(at now: ContinuousClock.Instant, allowance: Int) -> [Step] {
    guard let conduit, channels != nil, !isListing, retry.isDue(at: now) else { return [] }
    let underWay = creating.count + deleting.count
    if let listAt, listAt <= now, underWay == 0, allowance > 0 {
      isListing = true
      revokedMeanwhile = []
      return [.list(conduit)]
    }
    if let checkAt = refusals.checkAt, checkAt <= now { findMissing(at: now) }
    let room = max(0, min(allowance, Self.parallelLimit - underWay))
    // Removals go first: what is there and not enabled stands in the way of what replaces it.
    if !removable.isEmpty, removal.isDue(at: now) { return deletions(room) }
    return deleting.isEmpty ? creations(room, on: conduit, at: now) : []
  }

  private mutating func deletions(_ room: Int) -> [Step] {
    let ids = removable.suffix(room)
    removable.removeLast(ids.count)
    deleting.formUnion(ids)
    return ids.map { .delete($0) }
  }

  private mutating func creations(_ room: Int, on conduit: ConduitID, at now: ContinuousClock.Instant) -> [Step] {
    var steps: [Step] = []
    while steps.count < room, let topic = missing.last {
      // Calls overtake each other; the messages of all chats come first nevertheless.
      if topic.type != .channelChatMessage, creating.contains(where: { $0.type == .channelChatMessage }) { break }
      missing.removeLast()
      // What became impossible since is found again when its time comes.
      guard refusals.permit(topic, at: now) else { continue }
      creating.insert(topic)
      steps.append(.create(topic, conduit))
    }
    return steps
  }

  // What came of it.

  /// The subscriptions were listed, those of other conduits maybe among them.
  mutating func listed(
    _ result: Result<[Subscription], HelixError>, on id: ConduitID, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) {
    guard id == conduit, isListing else { return }
    isListing = false
    switch result {
    case .success(let list):
      retry.succeed()
      let own = list.filter { $0.transport.conduitID == id }
      takeOver(own, at: now)
      listAt = now + Self.listInterval * (1 + own.count / 1000)
    case .failure(let error):
      listAt = now
      retry.fail(at: now, earliest: error.earliestRetry, using: &generator)
    }
  }

  private mutating func takeOver(_ list: [Subscription], at now: ContinuousClock.Instant) {
    let assumed = Set(present.filter { $0.value == nil }.keys)
    present = [:]
    topics = [:]
    removable = []
    // While the list changes, one subscription may be on two pages of it.
    var seen: Set<SubscriptionID> = []
    for subscription in list where seen.insert(subscription.id).inserted {
      let topic = subscription.topic
      let isEnabled = subscription.status == .enabled && !revokedMeanwhile.contains(subscription.id)
      if isEnabled, wanted.contains(topic), present[topic] == nil {
        enter(topic, subscription.id)
        _ = refusals.remove(topic)
      } else {
        removable.append(subscription.id)
      }
    }
    for (topic, count) in conflicts {
      if present[topic] != nil {
        conflicts[topic] = nil
      } else if count > 1 || assumed.contains(topic) {
        // Twitch says that it exists, and does not list it with this conduit: asking again at once would go on for ever.
        refuse(topic, "exists, and is not listed", at: now)
      }
    }
    findMissing(at: now)
  }

  private mutating func enter(_ topic: Topic, _ id: SubscriptionID?) {
    present.updateValue(id, forKey: topic)
    if let id { topics[id] = topic }
  }

  private mutating func refuse(_ topic: Topic, _ reason: String, at now: ContinuousClock.Instant) {
    if wanted.contains(topic) { refusals.add(topic, reason, at: now) }
  }

  /// One was added, or was not. Says whether that casts doubt on the conduit itself.
  mutating func created(
    _ topic: Subscription.Topic, on id: ConduitID, _ result: Result<Subscription, HelixError>,
    at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    guard id == conduit, creating.remove(topic) != nil else { return false }
    switch result {
    case .success(let subscription):
      conflicts[topic] = nil
      added(topic, subscription.id, at: now)
    case .failure(.conflict(let existing)):
      conflicts[topic, default: 0] += 1
      // What the list did not confirm twice counts no more.
      guard conflicts[topic, default: 0] <= 2 else {
        refuse(topic, "exists, and is not listed", at: now)
        return false
      }
      added(topic, existing, at: now)
      // Whether it is enabled, and delivers here, only the list tells.
      listAt = min(listAt ?? now, now + Self.checkInterval)
    case .failure(.tooMany(let message)):
      refuse(topic, message, at: now)
      refusals.pause(topic.type, at: now)
    case .failure(.forbidden(let message)),
      .failure(.unauthorized(let message)) where !HelixError.isAboutTheToken(message):
      refuse(topic, message, at: now)
    case .failure(.badRequest(let message)), .failure(.notFound(let message)):
      refuse(topic, message, at: now)
      return true
    case .failure(let error):
      failures[topic, default: 0] += 1
      // One that always fails must not keep all others from their turn.
      missing.insert(topic, at: failures[topic, default: 0] < Self.patience ? missing.count : 0)
      retry.fail(at: now, earliest: error.earliestRetry, using: &generator)
    }
    return false
  }

  private mutating func added(_ topic: Topic, _ id: SubscriptionID?, at now: ContinuousClock.Instant) {
    retry.succeed()
    failures[topic] = nil
    enter(topic, id)
    if !wanted.contains(topic) { removeExcess(topic, id) }
    if refusals.remove(topic) { findMissing(at: now) }
  }

  /// One was removed, or was not.
  mutating func deleted(
    _ id: SubscriptionID, _ failure: HelixError?, at now: ContinuousClock.Instant,
    using generator: inout some RandomNumberGenerator
  ) {
    guard deleting.remove(id) != nil else { return }
    switch failure {
    case nil, .notFound?, .badRequest?: removal.succeed()
    case let error?:
      removable.append(id)
      removal.fail(at: now, earliest: error.earliestRetry, using: &generator)
    }
  }

  /// Twitch took one away: it is missing again, and not asked for before a minute has passed.
  mutating func revoked(_ revocation: Revocation, at now: ContinuousClock.Instant) {
    if isListing { revokedMeanwhile.insert(revocation.subscription) }
    guard let topic = topics.removeValue(forKey: revocation.subscription) else {
      // One that we do not know of: maybe the answer that names it has yet to come.
      listAt = min(listAt ?? now, now + Self.checkInterval)
      return
    }
    present[topic] = nil
    // With the conduit goes the reason: the next one gets it at once.
    if revocation.status == "conduit_deleted" { return }
    refuse(topic, revocation.status, at: now)
    // Disabled ones stay listed, and some of them count.
    removable.append(revocation.subscription)
  }
}
