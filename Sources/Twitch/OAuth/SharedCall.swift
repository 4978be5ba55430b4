/// A call that is made once however many ask for it at the same time; all of them get its outcome.
///
/// Belongs to one actor. Who comes while the call is under way waits for it; who comes later starts a new one.
final class SharedCall<Success: Sendable, Failure: Error> {
  private typealias Waiter = CheckedContinuation<Result<Success, Failure>, Never>

  private var isRunning = false
  private var waiters: [Waiter] = []

  /// Makes the call, or waits for the one that is under way.
  func run(_ call: () async throws(Failure) -> Success) async throws(Failure) -> Success {
    if isRunning {
      return try await withCheckedContinuation { waiters.append($0) }.get()
    }
    isRunning = true
    let result = await Result.of(call)
    isRunning = false
    let waiting = waiters
    waiters = []
    for waiter in waiting { waiter.resume(returning: result) }
    return try result.get()
  }
}
