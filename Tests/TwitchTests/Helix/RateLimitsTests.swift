import Testing

@testable import Twitch

@Suite struct RateLimitsTests {
  private let now = ContinuousClock.now
  private var reset: ContinuousClock.Instant { now + .seconds(60) }

  private func limits(remaining: Int, of bucket: Helix.Bucket = .app) throws -> RateLimits {
    var limits = RateLimits()
    try limits.begin(bucket, at: now)
    limits.end(bucket, RateLimit(limit: 800, remaining: remaining, resetsAt: reset))
    return limits
  }

  @Test func aBucketThatTwitchSaidNothingAboutIsOpen() throws {
    var limits = RateLimits()
    for _ in 0..<1000 { try limits.begin(.app, at: now) }
    #expect(limits.limit(of: .app, at: now) == nil)
  }

  @Test func anEmptyBucketRefusesUntilItIsFull() throws {
    var limits = try limits(remaining: 0)
    #expect(throws: HelixError.rateLimited(until: reset)) { try limits.begin(.app, at: now) }
    try limits.begin(.app, at: reset)
    #expect(limits.limit(of: .app, at: reset)?.remaining == 799)
  }

  @Test func someMayOverdrawAnEmptyBucket() throws {
    var limits = try limits(remaining: 0)
    try limits.begin(.app, mayOverdraw: true, at: now)
    #expect(limits.limit(of: .app, at: now)?.remaining == 0)
  }

  @Test func requestsUnderWayCountAsDone() throws {
    var limits = try limits(remaining: 2)
    try limits.begin(.app, at: now)
    try limits.begin(.app, at: now)
    #expect(limits.limit(of: .app, at: now)?.remaining == 0)
    #expect(throws: HelixError.rateLimited(until: reset)) { try limits.begin(.app, at: now) }
    limits.end(.app, nil)
    #expect(limits.limit(of: .app, at: now)?.remaining == 1)
  }

  @Test(arguments: [Helix.Bucket.user("1"), .chat(nil), .chat("1")])
  func bucketsAreApart(_ other: Helix.Bucket) throws {
    var limits = try limits(remaining: 0)
    try limits.begin(other, at: now)
    #expect(limits.limit(of: other, at: now) == nil)
  }
}
