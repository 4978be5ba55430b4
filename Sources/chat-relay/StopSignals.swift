import Dispatch
import Glibc

/// SIGTERM and SIGINT as something to wait for, from when it is made on.
struct StopSignals {
  private static let numbers = [SIGTERM, SIGINT]

  private let arrivals: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]

  init() {
    // Whoever read our output may go away before we do.
    signal(SIGPIPE, SIG_IGN)
    let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.arrivals = arrivals
    sources = Self.numbers.map { number in
      // Else the signal would end the process before the source sees it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { arrival.yield() }
      source.activate()
      return source
    }
  }

  /// Returns when the first one arrives; a second one then ends the process at once.
  func wait() async {
    for await _ in arrivals { break }
    for source in sources { source.cancel() }
    for number in Self.numbers { signal(number, SIG_DFL) }
  }
}
