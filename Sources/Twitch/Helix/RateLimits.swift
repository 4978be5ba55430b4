extension Helix {
  /// What a request's point is taken from. Sending chat has buckets of its own and draws on no other.
  public enum Bucket: Hashable, Sendable {
    /// Calls with the application's token.
    case app
    /// Calls with that user's token.
    case user(TwitchUserID)
    /// Chat messages sent with the application's token, or with that user's.
    case chat(TwitchUserID?)
  }
}

/// What is left in each bucket, requests under way counted as if they had cost their point already.
struct RateLimits {
  private struct Budget {
    var last: RateLimit?
    var underWay = 0
  }

  private var budgets: [Helix.Bucket: Budget] = [:]

  /// What is left in a bucket; nil as long as Twitch has said nothing about it.
  func limit(of bucket: Helix.Bucket, at now: ContinuousClock.Instant) -> RateLimit? {
    guard let budget = budgets[bucket], let last = budget.last else { return nil }
    let remaining = now < last.resetsAt ? last.remaining : last.limit
    return RateLimit(limit: last.limit, remaining: max(0, remaining - budget.underWay), resetsAt: last.resetsAt)
  }

  /// Takes a point for a request that is about to leave; throws `.rateLimited` when there is none and it may not `mayOverdraw`.
  mutating func begin(
    _ bucket: Helix.Bucket, mayOverdraw: Bool = false, at now: ContinuousClock.Instant
  ) throws(HelixError) {
    if !mayOverdraw, let limit = limit(of: bucket, at: now), limit.wait(at: now) > .zero {
      throw .rateLimited(until: limit.resetsAt)
    }
    budgets[bucket, default: Budget()].underWay += 1
  }

  /// Notes that a request is over, and what Twitch said about the bucket.
  mutating func end(_ bucket: Helix.Bucket, _ limit: RateLimit?) {
    budgets[bucket]?.underWay -= 1
    if let limit { budgets[bucket]?.last = limit }
  }
}
