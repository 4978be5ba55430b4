import TestSupport
import Testing

@testable import Twitch

@Suite struct BackoffTests {
  private let start = ContinuousClock.now

  /// The waits after so many failures in a row.
  private func waits(_ count: Int, seed: UInt64) -> [Duration] {
    var generator = SeededGenerator(seed)
    var backoff = Backoff()
    var now = start
    return (0..<count).map { _ in
      backoff.fail(at: now, using: &generator)
      let due = backoff.notBefore ?? now
      defer { now = due }
      return due - now
    }
  }

  @Test func theFirstTryIsDueAtOnce() {
    #expect(Backoff().isDue(at: start))
  }

  @Test(arguments: 0..<50 as Range<UInt64>) func everyWaitIsWithinItsBounds(seed: UInt64) {
    for (number, wait) in waits(12, seed: seed).enumerated() {
      let bound = min(30, 0.25 * Double(1 << (number + 1)))
      #expect(wait >= .milliseconds(250) && wait <= .seconds(bound + 0.001))
    }
  }

  @Test func waitsDifferAndGrow() {
    let late = (0..<50 as Range<UInt64>).map { waits(10, seed: $0)[9] }
    #expect(Set(late).count == 50)
    #expect(late.contains { $0 > .seconds(15) } && late.contains { $0 < .seconds(15) })
  }

  @Test func failuresThatWereUnderWayTogetherCountOnce() {
    var generator = SeededGenerator(1)
    var backoff = Backoff()
    for _ in 0..<20 { backoff.fail(at: start, using: &generator) }
    #expect(backoff.failures == 1)
    #expect(backoff.isDue(at: start + .milliseconds(500)))
  }

  @Test func aNamedTimeIsRespected() {
    var generator = SeededGenerator(1)
    var backoff = Backoff()
    backoff.fail(at: start, earliest: start + .seconds(40), using: &generator)
    #expect(!backoff.isDue(at: start + .seconds(39.9)))
    #expect(backoff.isDue(at: start + .seconds(40)))
  }
}
