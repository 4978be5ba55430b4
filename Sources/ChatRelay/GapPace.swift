/// When a room is told that something may be missing or out of order. A pure value.
///
/// What may be missing is told at once; and while every message is in doubt every few seconds, and once after the last doubt, not
/// before each message. What is out of order is always told before it is shown: that takes a gap for each message that comes late.
struct GapPace {
  /// How long after a gap the next doubt is told of at the soonest.
  static let pause: Duration = .seconds(2)

  /// What to do about a doubt.
  enum Step: Equatable {
    case tell
    /// Call `tick` then.
    case wait(until: ContinuousClock.Instant)
    case nothing
  }

  private var last: ContinuousClock.Instant?
  /// When a doubt is told of that has to wait.
  private var next: ContinuousClock.Instant?

  /// Something may be missing. `isTold` says whether everybody was told of a gap, and nothing was said since.
  mutating func doubt(isTold: Bool, at now: ContinuousClock.Instant) -> Step {
    guard !isTold, next == nil else { return .nothing }
    guard let last, now < last + Self.pause else { return tell(at: now) }
    next = last + Self.pause
    return .wait(until: last + Self.pause)
  }

  /// What is said next is older than what was said before.
  mutating func disorder(isTold: Bool, at now: ContinuousClock.Instant) -> Step {
    isTold ? .nothing : tell(at: now)
  }

  /// A time that was to be waited for has come. It may have been told of meanwhile what waited for it.
  mutating func tick(isTold: Bool, at now: ContinuousClock.Instant) -> Step {
    guard let next else { return .nothing }
    guard now >= next else { return .wait(until: next) }
    self.next = nil
    return doubt(isTold: isTold, at: now)
  }

  /// With it goes whatever waited to be told.
  private mutating func tell(at now: ContinuousClock.Instant) -> Step {
    (last, next) = (now, nil)
    return .tell
  }
}
