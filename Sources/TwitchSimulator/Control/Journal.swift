import DequeModule
import WebSockets

/// What happened, and who waits for something to happen.
struct Journal {
  private struct Waiter {
    let isSatisfied: () -> Bool
    let continuation: CheckedContinuation<Bool, Never>
    let timer: Timer
  }

  private(set) var events: Deque<Simulator.Event> = []
  private(set) var lastSequence = 0
  private var waiters: [Int: Waiter] = [:]
  private var lastWaiter = 0

  /// Keeps the last 20,000.
  mutating func append(_ kind: String, _ fields: [String: String]) {
    lastSequence += 1
    events.append(Simulator.Event(sequence: lastSequence, kind: kind, fields: fields))
    if events.count > 20_000 { events.removeFirst() }
  }

  /// Events of a kind after a sequence number. `chat.*` takes all of a family.
  func events(_ kind: String?, after sequence: Int) -> [Simulator.Event] {
    guard sequence < lastSequence else { return [] }
    let new = events.suffix(lastSequence - max(sequence, lastSequence - events.count))
    guard let kind else { return Array(new) }
    if kind.hasSuffix("*") { return new.filter { $0.kind.hasPrefix(kind.dropLast()) } }
    return new.filter { $0.kind == kind }
  }

  mutating func nextWaiter() -> Int {
    lastWaiter += 1
    return lastWaiter
  }

  mutating func wait(
    as number: Int, timer: Timer, continuation: CheckedContinuation<Bool, Never>, isSatisfied: @escaping () -> Bool
  ) {
    waiters[number] = Waiter(isSatisfied: isSatisfied, continuation: continuation, timer: timer)
  }

  /// Those who wait for what is true by now.
  func satisfied() -> [Int] { waiters.filter { $0.value.isSatisfied() }.keys.sorted() }

  mutating func end(_ number: Int, with result: Bool) {
    waiters.removeValue(forKey: number)?.continuation.resume(returning: result)
  }

  mutating func endAll() {
    for number in waiters.keys.sorted() { end(number, with: false) }
  }
}
