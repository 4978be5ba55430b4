/// A subscription that Twitch did not permit, and when to ask again: after 1, 5, 15 and then every 60 minutes.
///
/// Asking costs, and what is refused mostly stays refused until a person does something about it.
struct Refusal: Hashable {
  private static let waits: [Duration] = [.seconds(60), .seconds(300), .seconds(900), .seconds(3600)]

  /// How often in a row it was refused.
  private(set) var count = 0
  /// When to ask again.
  private(set) var notBefore: ContinuousClock.Instant
  /// Why, for people.
  private(set) var reason: String

  /// Refused for the first time, or once more.
  init(after last: Refusal?, reason: String, at now: ContinuousClock.Instant) {
    count = (last?.count ?? 0) + 1
    notBefore = now + Self.waits[min(count, Self.waits.count) - 1]
    self.reason = reason
  }
}
