import CLibWebSockets

/// A call to make on the loop's thread once a delay has passed.
///
/// Not sendable: it belongs to the actor on the loop. Dropping it cancels it.
@safe public final class Timer {
  private let loop: EventLoop
  private let timer: UnsafeMutablePointer<relay_timer>
  private var action: (() -> Void)?

  fileprivate init(on loop: EventLoop, after delay: Duration, action: @escaping () -> Void) {
    assert(loop.isIsolatingCurrentContext() == true, "timers belong to the loop's thread")
    self.loop = loop
    self.action = action
    unsafe timer = .allocate(capacity: 1)
    unsafe timer.initialize(to: relay_timer())
    unsafe timer.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
    unsafe timer.pointee.fire = { owner in
      guard let owner = unsafe owner else { return }
      unsafe Unmanaged<Timer>.fromOpaque(owner).takeUnretainedValue().fire()
    }
    guard let context = unsafe loop.context else { return }
    unsafe relay_timer_start(timer, loop.evLoop, context, max(delay.microseconds, 1))
  }

  private func fire() {
    let action = action
    self.action = nil
    action?()
  }

  /// Makes sure that the call is not made any more.
  public func cancel() {
    action = nil
    unsafe relay_timer_stop(timer, loop.evLoop, loop.context)
  }

  deinit {
    unsafe relay_timer_stop(timer, loop.evLoop, loop.context)
    unsafe timer.deallocate()
  }
}

extension EventLoop {
  /// Calls `action` on the loop's thread after `delay`, unless the timer is cancelled or dropped before. On the loop only.
  public func schedule(after delay: Duration, _ action: @escaping () -> Void) -> Timer {
    Timer(on: self, after: delay, action: action)
  }

  /// Suspends the caller's script for `delay`. On the loop's actor only.
  ///
  /// - Throws: `CancellationError` as soon as the task is cancelled, or when the loop has ended.
  public func sleep(
    for delay: Duration, isolation: isolated (any Actor)? = #isolation
  ) async throws(CancellationError) {
    let sleeper = Sleeper()
    await withTaskCancellationHandler {
      // A closure is isolated like its surroundings only when it captures what they are isolated to; without this, it
      // would run on a thread of its own.
      _ = isolation
      await withCheckedContinuation { continuation in
        guard unsafe context != nil, !Task.isCancelled else { return continuation.resume() }
        sleeper.continuation = continuation
        sleeper.timer = schedule(after: delay) { sleeper.wake() }
        sleepers[ObjectIdentifier(sleeper)] = sleeper
      }
      sleepers[ObjectIdentifier(sleeper)] = nil
    } onCancel: {
      execute { _ in sleeper.wake() }
    }
    if Task.isCancelled { throw CancellationError() }
    guard unsafe context != nil else { throw CancellationError() }
  }
}

/// Somebody in `EventLoop.sleep(for:)`.
final class Sleeper: @unchecked Sendable {
  // @unchecked: touched on the loop's thread only; the cancellation handler hands it over there before using it.
  var continuation: CheckedContinuation<Void, Never>?
  var timer: Timer?

  func wake() {
    timer = nil
    continuation?.resume()
    continuation = nil
  }
}

extension Duration {
  /// Whole microseconds from now on: none for what has passed, and at most those of 136 years, which nobody waits for.
  var microseconds: Int64 {
    let (seconds, attoseconds) = min(max(self, .zero), .seconds(1 << 32)).components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }

  /// Whole seconds, rounded up, as libwebsockets' time-outs are.
  var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
