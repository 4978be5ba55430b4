import FoundationEssentials
import WebSockets

/// The simulator's clock and everything that falls due by it: one timer for however many deadlines.
///
/// Moving the clock forward fires at once what falls due on the way, in order of its time. An action sees the time after the
/// move, so what repeats itself does so once and not thousands of times.
final class Deadlines {
  private struct Entry {
    let number: Int
    let due: Moment
    let action: () -> Void
  }

  private let loop: EventLoop
  private let begin = Moment(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e6) * 1_000)
  private let started = ContinuousClock.now
  private var advanced = 0.0
  /// Where the clock stands still, until it is moved by hand.
  private var stoppedAt: Moment?
  private var skew = 0.0
  private var entries: [Entry] = []
  private var lastNumber = 0
  private var timer: Timer?
  private var isOver = false

  init(on loop: EventLoop) { self.loop = loop }

  /// The time that deadlines go by.
  var now: Moment {
    if let stoppedAt { return stoppedAt + advanced }
    let (seconds, attoseconds) = (ContinuousClock.now - started).components
    return Moment(nanoseconds: begin.nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000) + advanced
  }

  /// Stops the clock; from then on it goes only where `advance` moves it.
  func stop() {
    guard stoppedAt == nil else { return }
    stoppedAt = now
    advanced = 0
    timer?.cancel()
  }

  /// The time as clients are told it.
  var wall: Moment { now + skew }

  func skew(by seconds: Double) { skew = seconds }

  /// Runs an action in some seconds; the answer cancels it.
  @discardableResult
  func after(_ seconds: Double, _ action: @escaping () -> Void) -> Int {
    lastNumber += 1
    guard !isOver else { return lastNumber }
    let entry = Entry(number: lastNumber, due: now + seconds, action: action)
    let index = entries.partitioningIndex { $0.due > entry.due }
    entries.insert(entry, at: index)
    if index == 0 { arm() }
    return lastNumber
  }

  func cancel(_ number: Int?) {
    guard let number, let index = entries.firstIndex(where: { $0.number == number }) else { return }
    entries.remove(at: index)
  }

  func advance(by seconds: Double) {
    advanced += seconds
    fire()
  }

  /// Nothing falls due any more. What ends later would set deadlines yet, which would hold the simulator for ever.
  func end() {
    isOver = true
    entries = []
    timer?.cancel()
    timer = nil
  }

  private func fire() {
    let end = now
    while let first = entries.first, first.due <= end {
      entries.removeFirst()
      first.action()
    }
    arm()
  }

  private func arm() {
    timer?.cancel()
    guard let first = entries.first, stoppedAt == nil else { return timer = nil }
    timer = loop.schedule(after: .seconds(max(0, first.due - now))) { [weak self] in self?.fire() }
  }
}
