/// Token buckets, one per application and one per application and user, for each of the two pools.
struct RateLimits {
  enum Pool: Hashable {
    case api, chat
  }

  struct Key: Hashable {
    let client: Identifier<Simulator.Client>
    let user: Identifier<Simulator.User>?
    let pool: Pool
  }

  /// What the three headers say.
  struct Standing {
    let limit: Int
    let remaining: Int
    let reset: Int
  }

  private struct Bucket {
    var points: Double
    var updated: Moment
  }

  private var buckets: [Key: Bucket] = [:]

  /// Takes a point; false when there is none. Points come back evenly over so many seconds.
  mutating func spend(
    _ key: Key, limit: Int, over seconds: Double, at now: Moment
  ) -> (allowed: Bool, standing: Standing) {
    let full = Double(limit)
    var bucket = buckets[key] ?? Bucket(points: full, updated: now)
    bucket.points = min(full, bucket.points + max(0, now - bucket.updated) * full / seconds)
    bucket.updated = now
    let isAllowed = bucket.points >= 1
    if isAllowed { bucket.points -= 1 }
    buckets[key] = bucket
    let secondsUntilFull = ((full - bucket.points) / full * seconds).rounded(.up)
    return (
      isAllowed,
      Standing(limit: limit, remaining: Int(bucket.points), reset: (now + secondsUntilFull).unixSeconds)
    )
  }

  /// Empties every bucket that exists and those that will for these applications.
  mutating func drain(_ clients: some Sequence<Identifier<Simulator.Client>>, at now: Moment) {
    for client in clients { buckets[Key(client: client, user: nil, pool: .api)] = Bucket(points: 0, updated: now) }
    for key in buckets.keys { buckets[key] = Bucket(points: 0, updated: now) }
  }
}
