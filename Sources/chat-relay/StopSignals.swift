import Dispatch
import Glibc

/// The signals that end the program as something to wait for, from when it is made on: SIGTERM and SIGINT as a rule.
struct StopSignals {
  private let signals: Signals
  private let arrival: Task<Void, Never>

  init(_ numbers: Int32...) {
    signals = Signals(numbers.isEmpty ? [SIGTERM, SIGINT] : numbers)
    // Whoever read our output may go away before we do.
    signal(SIGPIPE, SIG_IGN)
    arrival = Task { [arrivals = signals.arrivals] in for await _ in arrivals { break } }
  }

  /// Returns when the first one arrives; a second one then ends the process at once.
  func wait() async {
    await arrival.value
    signals.release()
  }

  /// Ends the process with status 0 unless it has ended by itself `limit` after now, whatever hangs.
  static func end(within limit: DispatchTimeInterval) {
    let end = DispatchTime.now() + limit
    // Nobody may be reading what we say.
    DispatchQueue.global().asyncAfter(deadline: end) { Terminal.note("Not everything came to its end in time.") }
    // No destructors and no handlers: the threads that hang would be under way in what those take apart.
    DispatchQueue.global().asyncAfter(deadline: end + .milliseconds(50)) { _exit(0) }
  }

  /// Runs work before which and during which nothing needs to be put in order: a signal ends the process at once, with
  /// status 0.
  func mayCutShort<Result: Sendable>(_ work: () async throws -> Result) async throws -> Result {
    let end = Task { [arrival] in
      await arrival.value
      if !Task.isCancelled { exit(0) }
    }
    defer { end.cancel() }
    return try await work()
  }
}
