import Foundation
import Synchronization
import TestSupport
import Testing

/// The whole path under seeded schedules of everything that goes wrong: pool, sessions, de-duplication, room, history, resumption.
///
/// The same 2,000 each time; docs/contributing.md has what the environment changes.
@Suite struct SimulationTests {
  @Test func whateverHappensNothingIsLostWithoutAWord() async {
    let (seed, first, count) = (
      number("CHAT_RELAY_SEED"), number("CHAT_RELAY_FIRST_SEED"), number("CHAT_RELAY_SCHEDULES")
    )
    let seeds = seed.map { $0..<$0 + 1 } ?? (first ?? 0)..<(first ?? 0) + (count ?? 2000)
    let start = ContinuousClock.now
    let report = Shared(Report())
    await aside(times: seeds.count) { place in
      let world = World(seed: seeds.lowerBound + UInt64(place))
      if seed != nil { world.onNote = { print($0) } }
      let violations = world.run()
      report.value.withLock { $0.add(world, violations) }
    }
    let found = report.value.withLock { $0 }
    for (seed, violations) in found.violations.sorted(by: { $0.key < $1.key }).prefix(10) {
      Issue.record(
        """
        seed \(seed): \(violations.prefix(5).joined(separator: "; "))
        Again, with all that happens: CHAT_RELAY_SEED=\(seed) swift test --no-parallel --filter \(Self.self)
        """)
    }
    print(
      """
      seeds \(seeds): \(found.events) events, \(found.lines) lines, \(found.lateLines) of them out of order after a gap; \
      \(found.violations.count) schedules failed, \(ContinuousClock.now - start)\
      \(found.violations.isEmpty ? "" : "; \(found.violations.keys.sorted())")
      """)
  }

  /// A hundred thousand that stayed would be 24 GB.
  @Test func nothingStaysOfASchedule() {
    for seed in Self.replayed {
      weak var world: World?
      weak var twitch: TwitchModel?
      weak var gateway: GatewayModel?
      weak var room: RoomModel?
      do {
        let schedule = World(seed: seed)
        _ = schedule.run()
        (world, twitch, gateway, room) = (schedule, schedule.twitch, schedule.gateway, schedule.room)
      }
      #expect(world == nil && twitch == nil && gateway == nil && room == nil, "seed \(seed)")
    }
  }

  @Test func aSeedReplaysExactly() async {
    let seeds = Array(Self.replayed)
    // On whatever threads there are.
    let runs = Shared<[UInt64: [[String]]]>([:])
    await aside(times: seeds.count * 2) { place in
      let seed = seeds[place / 2]
      let notes = Self.trace(of: seed)
      runs.value.withLock { $0[seed, default: []].append(notes) }
    }
    let traces = runs.value.withLock { $0 }
    for seed in seeds {
      let (one, other) = (traces[seed]?.first ?? [], traces[seed]?.last ?? [])
      let difference = zip(one, other).first { $0 != $1 }
      #expect(difference == nil && one.count == other.count && one.count > 100, "seed \(seed)")
    }
    #expect(traces[0]?.first != traces[1]?.first)
  }

  /// In another process sets and dictionaries have another order.
  @Test func aSeedReplaysExactlyInAnotherProcess() async throws {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      for seed in SimulationTests.replayed { print(SimulationTests.fingerprint(of: seed)) }
    }
    let there = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
    for seed in Self.replayed {
      let here = Self.fingerprint(of: seed)
      #expect(there.contains(here), "\(here)")
    }
  }

  private static let replayed: Range<UInt64> = 0..<12

  /// The seed, how much happens under it, and a hash of that (FNV-1a) which is the same in every process.
  private static func fingerprint(of seed: UInt64) -> String {
    let notes = trace(of: seed)
    let hash = notes.joined(separator: "\n").utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return "seed \(seed): \(notes.count) notes, \(String(hash, radix: 16))"
  }

  /// All that happens under that seed.
  private static func trace(of seed: UInt64) -> [String] {
    let world = World(seed: seed)
    var notes: [String] = []
    world.onNote = { notes.append($0) }
    let violations = world.run()
    world.onNote = nil
    return notes + violations
  }

  private func number(_ variable: String) -> UInt64? {
    ProcessInfo.processInfo.environment[variable].flatMap { UInt64($0) }
  }
}

/// What several threads add to.
private final class Shared<Value: Sendable>: Sendable {
  let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }
}

/// What came of the schedules so far.
private struct Report {
  private(set) var violations: [UInt64: [String]] = [:]
  private(set) var events = 0
  private(set) var lines = 0
  private(set) var lateLines = 0

  mutating func add(_ world: World, _ found: [String]) {
    events += world.agenda.count
    lines += world.twitch.lines.reduce(0) { $0 + $1.count }
    lateLines += world.lateLines.count
    if !found.isEmpty { violations[world.seed] = found }
  }
}
