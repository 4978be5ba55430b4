import Testing

@testable import Twitch

@Suite struct SubscriptionKeeperTests {
  @Test(arguments: [
    (800, 800, 760), (800, 41, 1), (800, 40, 0), (800, 0, 0), (60, 60, 54), (60, 7, 1), (60, 6, 0), (4, 4, 2),
    (1, 1, 1),
  ])
  func atLeastATwentiethOfTheRateLimitIsLeftToOthers(limit: Int, remaining: Int, room: Int) {
    let limit = RateLimit(limit: limit, remaining: remaining, resetsAt: .now)
    #expect(SubscriptionKeeper.room(in: limit) == room)
  }
}
