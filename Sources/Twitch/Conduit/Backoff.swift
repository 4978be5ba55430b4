/// When something that failed may be tried again: at a random time between a quarter of a second and a bound that doubles
/// with each failure, up to 30 seconds. Full jitter keeps those who failed together from coming back together.
struct Backoff: Hashable {
  /// The shortest wait.
  static let least: Duration = .milliseconds(250)
  /// The longest wait.
  static let most: Duration = .seconds(30)

  private let most: Duration
  /// How often it failed since it last succeeded.
  private(set) var failures = 0
  /// When the next try is due; `nil` for at once.
  private(set) var notBefore: ContinuousClock.Instant?

  /// Nothing has failed yet. What cannot wait for long has a smaller bound.
  init(most: Duration = Backoff.most) {
    self.most = most
  }

  /// Whether a try may be made now.
  func isDue(at now: ContinuousClock.Instant) -> Bool {
    notBefore.map { $0 <= now } ?? true
  }

  /// It failed: later, and not before `earliest` when Twitch named a time. What fails while it is waited for already had been
  /// under way by then, and counts as the same failure.
  mutating func fail(
    at now: ContinuousClock.Instant, earliest: ContinuousClock.Instant? = nil,
    using generator: inout some RandomNumberGenerator
  ) {
    guard isDue(at: now) else {
      notBefore = [notBefore, earliest].compactMap { $0 }.max()
      return
    }
    failures += 1
    let bound = min(most, Self.least * (1 << min(failures, 8)))
    let wait = Double.random(in: Self.least / .seconds(1)...bound / .seconds(1), using: &generator)
    notBefore = max(now + .seconds(wait), earliest ?? now)
  }

  /// There is a sign that it would work now: at once rather than later.
  mutating func hurry(at now: ContinuousClock.Instant, using generator: inout some RandomNumberGenerator) {
    guard let wait = notBefore.map({ $0 - now }), wait > Self.least * 4 else { return }
    notBefore = now + .seconds(Double.random(in: 0.25...1, using: &generator))
  }

  /// It worked: the next failure is the first one again.
  mutating func succeed() {
    self = Backoff(most: most)
  }
}
