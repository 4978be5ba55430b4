import Dispatch
import Glibc

/// SIGTERM and SIGINT as something to wait for, from when it is made on.
struct StopSignals {
  private static let numbers = [SIGTERM, SIGINT]

  private let sources: [any DispatchSourceSignal]
  private let arrival: Task<Void, Never>

  init() {
    // Whoever read our output may go away before we do.
    signal(SIGPIPE, SIG_IGN)
    let (arrivals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    sources = Self.numbers.map { number in
      // Else the signal would end the process before the source sees it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield() }
      source.activate()
      return source
    }
    arrival = Task { for await _ in arrivals { break } }
  }

  /// Returns when the first one arrives; a second one then ends the process at once.
  func wait() async {
    await arrival.value
    for source in sources { source.cancel() }
    for number in Self.numbers { signal(number, SIG_DFL) }
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
