import Dispatch
import Glibc

/// Signals as something to wait for, instead of what they do else, for as long as this is kept.
final class Signals {
  /// What arrives; a signal that nobody has taken yet stands for all that come after it.
  let arrivals: AsyncStream<Int32>
  private let sources: [any DispatchSourceSignal]
  private let numbers: [Int32]

  init(_ numbers: [Int32]) {
    let (arrivals, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(1))
    self.arrivals = arrivals
    self.numbers = numbers
    sources = numbers.map { number in
      // Else the signal would end the process before the source sees it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(number) }
      source.activate()
      return source
    }
  }

  /// Lets the signals do again what they do else.
  func release() {
    for source in sources { source.cancel() }
    for number in numbers { signal(number, SIG_DFL) }
  }
}
