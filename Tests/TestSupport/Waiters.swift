/// Those in an actor of a test's who wait until something there changes, each with a deadline.
///
/// Belongs to that actor.
public final class Waiters {
  private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  private var count = 0

  /// Nobody waits yet.
  public init() {}

  /// Something has changed: everybody looks again.
  public func wake() {
    let woken = waiting.values
    waiting = [:]
    for continuation in woken { continuation.resume() }
  }

  /// Waits for a change; `false` when the deadline is over, `true` when it is worth looking again.
  @discardableResult
  public func wait(
    until deadline: ContinuousClock.Instant, on owner: isolated (any Actor)? = #isolation
  ) async -> Bool {
    guard .now < deadline else { return false }
    count += 1
    let number = count
    let timeout = Task {
      _ = owner
      // A time limit: cancelled once something has changed.
      try await Task.sleep(until: deadline)
      self.waiting.removeValue(forKey: number)?.resume()
    }
    await withCheckedContinuation { waiting[number] = $0 }
    timeout.cancel()
    return true
  }
}
