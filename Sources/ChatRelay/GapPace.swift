/// When a room is told that something may be missing: at once; and while every message is in doubt every few seconds, and once after
/// the last doubt, not before each message. A pure value.
struct GapPace {
  /// How long after a gap the next one is told of at the soonest.
  static let pause: Duration = .seconds(2)

  /// What to do about a doubt.
  enum Step: Equatable {
    case tell
    /// Call `tick` then.
    case wait(until: ContinuousClock.Instant)
    case nothing
  }

  private var last: ContinuousClock.Instant?
  private var isWaiting = false

  /// Something may be missing. `isTold` says whether nothing was said since the last gap.
  mutating func doubt(isTold: Bool, at now: ContinuousClock.Instant) -> Step {
    guard !isTold, !isWaiting else { return .nothing }
    if let last, now < last + Self.pause {
      isWaiting = true
      return .wait(until: last + Self.pause)
    }
    last = now
    return .tell
  }

  /// The time that was waited for has come.
  mutating func tick(isTold: Bool, at now: ContinuousClock.Instant) -> Step {
    isWaiting = false
    return doubt(isTold: isTold, at: now)
  }
}
