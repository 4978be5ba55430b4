import HeapModule

/// A clock that jumps from one thing to the next.
final class Agenda {
  private struct Entry: Comparable {
    var time: ContinuousClock.Instant
    var number: Int
    var action: () -> Void

    static func < (a: Entry, b: Entry) -> Bool { a.time == b.time ? a.number < b.number : a.time < b.time }
    static func == (a: Entry, b: Entry) -> Bool { a.number == b.number }
  }

  let start = ContinuousClock.now
  private(set) var now: ContinuousClock.Instant
  private var entries = Heap<Entry>()
  private var lastNumber = 0
  /// How many things happened.
  private(set) var count = 0

  init() { now = start }

  /// How long it has been running.
  var elapsed: Duration { now - start }

  /// Forgets what was to happen, and with it everything that waited for it.
  func clear() { entries = Heap() }

  func after(_ wait: Duration, _ action: @escaping () -> Void) { at(now + wait, action) }

  func at(_ time: ContinuousClock.Instant, _ action: @escaping () -> Void) {
    lastNumber += 1
    entries.insert(Entry(time: max(time, now), number: lastNumber, action: action))
  }

  /// Lets everything happen that is due until then, or until somebody has seen enough.
  func run(until end: ContinuousClock.Instant, unless isEnough: () -> Bool = { false }) {
    while let next = entries.min, next.time <= end, !isEnough() {
      now = next.time
      count += 1
      entries.removeMin().action()
    }
    if !isEnough() { now = max(now, end) }
  }
}
