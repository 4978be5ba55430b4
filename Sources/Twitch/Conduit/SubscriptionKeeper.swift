import Logging
import WebSockets

/// Keeps a conduit's subscriptions as they are wanted: carries out what `SubscriptionState` decides.
///
/// Belongs to the actor of its loop, and works from `run` to `stop`. Leaves a twentieth of the rate limit to others, so
/// that a shard can be assigned while thousands of subscriptions are being made.
final class SubscriptionKeeper {
  /// What part of the bucket is not for us.
  static let reserve = 0.05

  private let helix: Helix
  private let loop: EventLoop
  private let logger: Logger
  private let tell: (News) -> Void
  private let alarm: Alarm
  private var generator: any RandomNumberGenerator
  private(set) var state: SubscriptionState
  private var isStopped = false
  /// Whether Twitch may be asked for the conduit's subscriptions alone; a younger filter than the rest of the API.
  private var isFilterKnown = true
  private var wasComplete = false
  /// When what failed did so last.
  private var failures: [Failure: ContinuousClock.Instant] = [:]
  /// After how long without it a failure is news again. What is refused is asked for again after a minute and more.
  private static let quiet: Duration = .seconds(600)

  /// What failed: something about one subscription, or in general.
  private struct Failure: Hashable {
    var topic: Subscription.Topic?
    var reason: String
  }

  /// What the keeper has to tell.
  enum News {
    /// The state changed, maybe.
    case change
    /// Twitch's answers suggest that the conduit is not what it was.
    case doubt
    /// Something of that chat is being subscribed to, and has not come so far.
    case beginning(TwitchUserID)
  }

  init(
    client: ClientID, helix: Helix, loop: EventLoop, logger: Logger, generator: any RandomNumberGenerator,
    tell: @escaping (News) -> Void
  ) {
    state = SubscriptionState(client: client)
    self.helix = helix
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
      let (allowance, refilledAt) = allowance(at: now)
      for step in state.steps(at: now, allowance: allowance) { carryOut(step, on: owner) }
      report()
      let times = [state.wake(after: now), allowance == 0 && state.hasWork(at: now) ? refilledAt : nil]
      await alarm.wait(until: times.compactMap { $0 }.min())
    }
  }

  /// Does nothing any more.
  func stop() {
    isStopped = true
    alarm.ring()
  }

  /// Wants these channels from now on.
  func want(_ channels: Set<ConduitPool.Channel>) {
    state.want(channels, at: .now)
    alarm.ring()
  }

  /// Somebody linked their account, maybe again.
  func granted(by user: TwitchUserID) {
    state.granted(by: user, at: .now)
    alarm.ring()
  }

  /// Works on that conduit from now on.
  func use(_ conduit: ConduitID?, isNew: Bool) {
    state.use(conduit, isNew: isNew, at: .now)
    alarm.ring()
  }

  /// Twitch took a subscription away.
  func revoked(_ revocation: Revocation) {
    state.revoked(revocation, at: .now)
    alarm.ring()
  }

  /// How many calls the rate limit has room for, and when it has all its room again.
  private func allowance(at now: ContinuousClock.Instant) -> (calls: Int, refilledAt: ContinuousClock.Instant?) {
    guard let limit = helix.rateLimit(of: .app) else { return (SubscriptionState.parallelLimit, nil) }
    return (Self.room(in: limit), max(limit.resetsAt, now + .seconds(1)))
  }

  /// How many calls may leave now. What is kept back is also what the answers may be wrong by, since they overtake each other.
  static func room(in limit: RateLimit) -> Int {
    limit.room(keeping: reserve, atLeast: SubscriptionState.parallelLimit)
  }

  // Steps.

  private func carryOut(_ step: SubscriptionState.Step, on owner: isolated any Actor) {
    switch step {
    case .list(let conduit): Task { await self.list(conduit, on: owner) }
    case .create(let topic, let conduit):
      tellBeginning(of: topic)
      Task { await self.create(topic, on: conduit, owner) }
    case .delete(let id): Task { await self.delete(id, on: owner) }
    }
  }

  private func tellBeginning(of topic: Subscription.Topic) {
    if let channel = topic.channel { tell(.beginning(channel.broadcaster)) }
  }

  private func create(_ topic: Subscription.Topic, on conduit: ConduitID, _ owner: isolated any Actor) async {
    let result = await Result.of { () async throws(HelixError) in
      try await helix.createSubscription(to: topic, on: conduit)
    }
    // What came until Twitch had done it came without what this brings.
    tellBeginning(of: topic)
    let isDoubtful = state.created(topic, on: conduit, result, at: .now, using: &generator)
    if case .failure(let error) = result { note(error, topic) }
    if isDoubtful { tell(.doubt) }
    alarm.ring()
  }

  private func delete(_ id: SubscriptionID, on owner: isolated any Actor) async {
    let result = await Result.of { () async throws(HelixError) in try await helix.deleteSubscription(id) }
    var failure: HelixError?
    if case .failure(let error) = result { failure = error }
    state.deleted(id, failure, at: .now, using: &generator)
    alarm.ring()
  }

  private func list(_ conduit: ConduitID, on owner: isolated any Actor) async {
    let result = await Result.of { () async throws(HelixError) in try await subscriptions(of: conduit) }
    guard !isStopped else { return }
    state.listed(result, on: conduit, at: .now, using: &generator)
    switch result {
    case .success where state.excessCount > 0:
      logger.info("removing subscriptions that are not wanted", metadata: ["count": "\(state.excessCount)"])
    case .success: break
    case .failure(let error):
      logger.log(
        level: level(Failure(reason: "listing")), "listing subscriptions failed, trying again later",
        metadata: ["error": "\(error)"])
    }
    alarm.ring()
  }

  /// All pages. A long list may use up the rate limit: then the rest of it waits, rather than all of it beginning again.
  private func subscriptions(of conduit: ConduitID) async throws(HelixError) -> [Subscription] {
    var pages = 0
    do throws(HelixError) {
      return try await helix.subscriptions(isFilterKnown ? .conduit(conduit) : nil) { () async throws(HelixError) in
        pages += 1
        try await waitForRoom()
      }
    } catch .badRequest where isFilterKnown && pages == 1 {
      isFilterKnown = false
      return try await subscriptions(of: conduit)
    }
  }

  private func waitForRoom() async throws(HelixError) {
    while !isStopped {
      let (calls, refilledAt) = allowance(at: .now)
      guard calls == 0, let refilledAt else { return }
      try? await loop.sleep(for: refilledAt - .now)
    }
    throw .unreachable("stopped")
  }

  // Reports.

  private func note(_ error: HelixError, _ topic: Subscription.Topic) {
    var metadata: Logger.Metadata = ["type": "\(topic.type)", "error": "\(error)"]
    metadata["broadcaster"] = topic.condition["broadcaster_user_id"].map { "\($0)" }
    switch error {
    case .conflict: logger.info("subscription exists already", metadata: metadata)
    default:
      let failure = Failure(topic: error.isAboutTheCall ? topic : nil, reason: "\(error)")
      logger.log(level: level(failure), "subscription not added, trying again later", metadata: metadata)
    }
  }

  /// How loud to tell of a failure: thousands of calls may fail of one reason, which is told once.
  private func level(_ failure: Failure) -> Logger.Level {
    let last = failures.updateValue(.now, forKey: failure)
    return last.map { .now - $0 < Self.quiet } ?? false ? .debug : .warning
  }

  private func report() {
    defer { tell(.change) }
    guard let isComplete = state.isComplete, isComplete != wasComplete else { return }
    wasComplete = isComplete
    if isComplete { failures = failures.filter { .now - $0.value < Self.quiet } }
    logger.info(
      isComplete ? "all subscriptions are there" : "subscriptions are missing",
      metadata: ["there": "\(state.presentCount)", "missing": "\(state.missingCount)"])
  }
}

extension HelixError {
  /// Whether it says something about what was asked for, and nothing about other calls.
  fileprivate var isAboutTheCall: Bool {
    switch self {
    case .tooMany, .unauthorized, .forbidden, .notFound, .badRequest, .conflict: true
    case .unreachable, .unanswered, .rateLimited, .noToken, .server, .unreadable: false
    }
  }
}
