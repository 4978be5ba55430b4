import Testing

@testable import WebSockets

@Suite struct TimerTests {
  @Test(arguments: [.seconds(Int64.max), .seconds(9_300_000_000_000)] as [Duration])
  func aTimeThatNobodyWaitsForIsAsGoodAsNever(delay: Duration) {
    #expect(delay.microseconds > 100 * 365 * 86_400 * 1_000_000)
  }

  @Test(arguments: [.zero, .seconds(-1), .seconds(Int64.min)] as [Duration])
  func aTimeThatHasPassedIsNow(delay: Duration) {
    #expect(delay.microseconds == 0)
  }

  @Test func aDelayIsInWholeMicroseconds() {
    #expect((.seconds(2) + .nanoseconds(1_500)).microseconds == 2_000_001)
  }
}
