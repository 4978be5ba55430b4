/// The subscriptions that Twitch did not permit lately, and the types of which it found too many.
struct Refusals {
  /// For how long nothing of a type is added after Twitch found that there is too much of it.
  static let typePause: Duration = .seconds(60)
  /// How often to look whether something is due again, since looking goes through all that is wanted.
  static let checkInterval: Duration = .seconds(5)

  private var refusals: [Subscription.Topic: Refusal] = [:]
  private var pausedTypes: [SubscriptionType: ContinuousClock.Instant] = [:]
  /// Up to when all that came due has been looked at.
  private var checkedAt: ContinuousClock.Instant?

  /// The channels whose chat Twitch does not let us read, and why.
  var unreadable: [ConduitPool.Channel: String] {
    var reasons: [ConduitPool.Channel: String] = [:]
    for (topic, refusal) in refusals where topic.type == .channelChatMessage {
      if let channel = topic.channel { reasons[channel] = refusal.reason }
    }
    return reasons
  }

  /// When to look again whether something is due; `nil` when nothing is waited for.
  var checkAt: ContinuousClock.Instant? {
    let times = refusals.values.map(\.notBefore) + pausedTypes.values
    guard let checkedAt else { return times.min() }
    return times.filter { $0 > checkedAt }.min().map { max($0, checkedAt + Self.checkInterval) }
  }

  /// Whether the topic may be asked for now. The rest of a chat needs the same permission as its messages.
  func permit(_ topic: Subscription.Topic, at now: ContinuousClock.Instant) -> Bool {
    if let refusal = refusals[topic], refusal.notBefore > now { return false }
    if let end = pausedTypes[topic.type], end > now { return false }
    guard topic.type != .channelChatMessage, let channel = topic.channel else { return true }
    return refusals[Subscription.Topic(.channelChatMessage, for: channel)] == nil
  }

  /// All that came due until now has been looked at.
  mutating func check(at now: ContinuousClock.Instant) {
    checkedAt = now
    pausedTypes = pausedTypes.filter { $0.value > now }
  }

  /// Twitch refused it, for the first time or once more.
  mutating func add(_ topic: Subscription.Topic, _ reason: String, at now: ContinuousClock.Instant) {
    refusals[topic] = Refusal(after: refusals[topic], reason: reason, at: now)
  }

  /// Twitch found too much of that type.
  mutating func pause(_ type: SubscriptionType, at now: ContinuousClock.Instant) {
    pausedTypes[type] = now + Self.typePause
  }

  /// Twitch permitted it. Says whether it had been refused before.
  mutating func remove(_ topic: Subscription.Topic) -> Bool {
    refusals.removeValue(forKey: topic) != nil
  }

  /// What was refused because of somebody may be permitted by now. Says whether there was any.
  mutating func forget(concerning user: TwitchUserID) -> Bool {
    let kept = refusals.filter { $0.key.channel?.reader != user && $0.key.channel?.broadcaster != user }
    defer { refusals = kept }
    return kept.count < refusals.count
  }

  /// Only these are of interest from now on.
  mutating func keep(_ wanted: Set<Subscription.Topic>) {
    refusals = refusals.filter { wanted.contains($0.key) }
  }
}
