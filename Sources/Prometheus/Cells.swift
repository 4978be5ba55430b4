import Metrics
import Synchronization

/// A number that goes up.
final class Count: Cell, CounterHandler {
  private let value = Atomic<Int64>(0)

  func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }
  func reset() { value.store(0, ordering: .relaxed) }

  func write(_ name: String, _ labels: Labels, to text: inout String) {
    text += "\(name)\(labels.inBraces()) \(value.load(ordering: .relaxed))\n"
  }
}

/// A number that is set, or goes up and down by fractions.
final class Level: Cell, MeterHandler, RecorderHandler, FloatingPointCounterHandler {
  /// The number's bits.
  private let value = Atomic<UInt64>(0)

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.store(value.bitPattern, ordering: .relaxed) }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
  func reset() { set(0.0) }
  func decrement(by amount: Double) { increment(by: -amount) }

  func increment(by amount: Double) {
    var old = value.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (isDone, found) = value.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if isDone { return }
      old = found
    }
  }

  func write(_ name: String, _ labels: Labels, to text: inout String) {
    text += "\(name)\(labels.inBraces()) \(Double(bitPattern: value.load(ordering: .relaxed)).inPrometheus)\n"
  }
}

/// How many values fell below each of some bounds.
final class Histogram: Cell, RecorderHandler, TimerHandler {
  /// From a millisecond to half a minute, in seconds.
  static let standardBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

  private struct State {
    /// How many values fell between a bound and the one before; the last is for those above all bounds.
    var counts: [Int]
    var sum = 0.0
  }

  private let bounds: [Double]
  private let state: Mutex<State>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: [Int](repeating: 0, count: bounds.count + 1)))
  }

  func record(_ value: Int64) { record(Double(value)) }
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func record(_ value: Double) {
    let place = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { state in
      state.counts[place] += 1
      state.sum += value
    }
  }

  func write(_ name: String, _ labels: Labels, to text: inout String) {
    let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
    var total = 0
    for (bound, count) in zip(bounds.map(\.inPrometheus) + ["+Inf"], counts) {
      total += count
      text += "\(name)_bucket\(labels.inBraces(and: "le=\"\(bound)\"")) \(total)\n"
    }
    text += "\(name)_sum\(labels.inBraces()) \(sum.inPrometheus)\n"
    text += "\(name)_count\(labels.inBraces()) \(total)\n"
  }
}

extension Double {
  /// The number as Prometheus reads it.
  fileprivate var inPrometheus: String {
    if isNaN { return "NaN" }
    if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
    return self == rounded() && magnitude < 1e15 ? String(Int64(self)) : description
  }
}
