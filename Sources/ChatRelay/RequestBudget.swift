/// How many requests a connection may make: a bucket that people never empty and floods do.
struct RequestBudget {
  /// How many at once.
  static let burst = 100.0
  /// How many a second in the long run.
  static let perSecond = 20.0

  private var left = burst
  private var filled: ContinuousClock.Instant

  init(at now: ContinuousClock.Instant) {
    filled = now
  }

  /// Takes one; `false` when the bucket is empty.
  mutating func take(at now: ContinuousClock.Instant) -> Bool {
    left = min(Self.burst, left + (now - filled) / .seconds(1) * Self.perSecond)
    filled = now
    guard left >= 1 else { return false }
    left -= 1
    return true
  }
}
