import FoundationEssentials
import HTTPTypes
import WebSockets

/// How much of a bucket is left, as Twitch said with its last answer.
///
/// Twitch gives each bucket points that come back over time; a request costs one, mostly. An empty bucket answers 429 until
/// it is full again.
public struct RateLimit: Hashable, Sendable {
  /// How many points the full bucket has.
  public let limit: Int
  /// How many are left.
  public let remaining: Int
  /// When the bucket is full again.
  public let resetsAt: ContinuousClock.Instant

  /// Describes a bucket.
  public init(limit: Int, remaining: Int, resetsAt: ContinuousClock.Instant) {
    self.limit = limit
    self.remaining = remaining
    self.resetsAt = resetsAt
  }

  /// How long to wait before the next request that leaves at least that share of the bucket to others; zero when it may go now.
  ///
  /// Work in bulk keeps 0.05, so that a chat or a shard that needs healing never waits behind it.
  public func wait(keeping share: Double = 0, at now: ContinuousClock.Instant) -> Duration {
    room(keeping: share) > 0 || now >= resetsAt ? .zero : resetsAt - now
  }

  /// How many requests may go that leave at least that share of the bucket, and at least so many points, to others; what is kept is
  /// never more than half of it.
  func room(keeping share: Double, atLeast points: Int = 0) -> Int {
    let reserve = max(Int((Double(limit) * share).rounded(.up)), points)
    return max(0, remaining - min(reserve, limit / 2))
  }
}

extension RateLimit {
  /// Reads the three headers; nil when they do not say what is left.
  ///
  /// Twitch says the moment in Unix seconds of its clock, and it is counted from `date`, the answer's. The bucket fills within a
  /// minute: what is missing, past or further away says nothing, and a minute is long enough.
  init?(_ headers: HTTPFields, at now: ContinuousClock.Instant, date: Date) {
    guard let limit = headers[.rateLimitLimit].flatMap({ Int($0) }),
      let remaining = headers[.rateLimitRemaining].flatMap({ Int($0) })
    else { return nil }
    let reset = headers[.rateLimitReset].flatMap { Int($0) }
    let away = reset.map { Double($0) - date.timeIntervalSince1970 }.flatMap { (0...60).contains($0) ? $0 : nil }
    self.init(limit: limit, remaining: max(remaining, 0), resetsAt: now + .seconds(away ?? 60))
  }
}

extension HTTPField.Name {
  static let rateLimitLimit = known("Ratelimit-Limit")
  static let rateLimitRemaining = known("Ratelimit-Remaining")
  static let rateLimitReset = known("Ratelimit-Reset")
  static let clientID = known("Client-Id")
}
