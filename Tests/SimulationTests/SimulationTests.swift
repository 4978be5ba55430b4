import Dispatch
import Foundation
import Testing

/// The whole path under seeded schedules of everything that goes wrong: pool, sessions, de-duplication, room, history, resumption.
///
/// `CHAT_RELAY_SCHEDULES=100000` runs more of them, `CHAT_RELAY_SEED=7` only that one.
@Suite struct SimulationTests {
  @Test func whateverHappensNothingIsLostWithoutAWord() {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["CHAT_RELAY_SCHEDULES"].flatMap { Int($0) } ?? 2000
    let seeds: Range<UInt64>
    if let seed = environment["CHAT_RELAY_SEED"].flatMap({ UInt64($0) }) {
      seeds = seed..<seed + 1
    } else {
      seeds = 0..<UInt64(count)
    }
    let report = Report()
    let start = ContinuousClock.now
    DispatchQueue.concurrentPerform(iterations: min(2, seeds.count)) { part in
      for seed in seeds where seed % 2 == UInt64(part) || seeds.count == 1 {
        let world = World(seed: seed, isTraced: seeds.count == 1)
        let violations = world.run()
        report.add(seed, violations, events: world.agenda.count)
      }
    }
    for (seed, violation) in report.failures.sorted(by: { $0.key < $1.key }).prefix(10) {
      Issue.record("seed \(seed): \(violation.prefix(5).joined(separator: "; "))")
    }
    print(
      "\(seeds.count) schedules, \(report.events) events, \(report.failures.count) failed, \(ContinuousClock.now - start)"
    )
  }
}

/// What came of the schedules so far.
private final class Report: @unchecked Sendable {
  // @unchecked: everything is guarded by the lock.
  private let lock = NSLock()
  private var found: [UInt64: [String]] = [:]
  private var count = 0

  func add(_ seed: UInt64, _ violations: [String], events: Int) {
    lock.withLock {
      count += events
      if !violations.isEmpty { found[seed] = violations }
    }
  }

  var failures: [UInt64: [String]] { lock.withLock { found } }
  var events: Int { lock.withLock { count } }
}
