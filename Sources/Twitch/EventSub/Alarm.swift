import WebSockets

/// Wakes one waiting script: at a time, or sooner when it is rung.
///
/// Belongs to the actor of its loop. A ring that nobody waits for is kept for the next wait.
final class Alarm {
  private let loop: EventLoop
  private var waiting: CheckedContinuation<Void, Never>?
  private var timer: Timer?
  private var hasRung = false

  init(on loop: EventLoop) {
    self.loop = loop
  }

  /// Waits for a ring, at longest until then.
  func wait(until deadline: ContinuousClock.Instant?) async {
    precondition(waiting == nil, "an alarm wakes one script")
    guard !hasRung else {
      hasRung = false
      return
    }
    timer = deadline.map { loop.schedule(after: max(.zero, $0 - .now)) { [weak self] in self?.ring() } }
    await withCheckedContinuation { waiting = $0 }
  }

  /// Wakes the script, now or when it next wants to wait.
  func ring() {
    timer?.cancel()
    timer = nil
    guard let script = waiting else {
      hasRung = true
      return
    }
    waiting = nil
    script.resume()
  }
}
