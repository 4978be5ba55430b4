import Twitch
import WebSockets

/// How badges look: asked for channel by channel, kept for hours, and never waited for.
///
/// Twitch's advice is to ask rarely (FACTS 10): a channel's badges change once in months, the global ones every few weeks.
struct BadgeCatalog {
  /// Who has the badges.
  enum Owner: Hashable {
    case everybody
    case channel(TwitchUserID)
  }

  /// How long an answer is good for.
  static let age: Duration = .seconds(6 * 3_600)
  /// When an answer without the badge that is worn, or none at all, may be asked for again.
  static let pause: Duration = .seconds(600)
  /// How many channels' badges are kept; beyond that all are forgotten, which costs a few calls.
  static let limit = 2_000

  private struct Key: Hashable {
    var setID: String
    var id: String

    /// Looked for with each badge of each line: of the set's name its length and eight bytes are enough.
    func hash(into hasher: inout Hasher) {
      let (set, version) = (setID.utf8Span.span, id.utf8Span.span)
      var mixed = set.count >= 8 ? set.word(at: 0) : UInt64(set.isEmpty ? 0 : set[0])
      mixed = mixed &* 31 &+ UInt64(set.count)
      for index in version.indices { mixed = mixed &* 31 &+ UInt64(version[index]) }
      hasher.combine(mixed)
    }
  }

  private typealias Shelf = [Key: WornBadge.Appearance]

  private var common: Shelf = [:]
  private var own: [TwitchUserID: Shelf] = [:]
  /// Who is known, and when Twitch was last asked for their badges; `nil` while it is yet to be.
  private var asked: [Owner: ContinuousClock.Instant?] = [:]
  private var wanted: [Owner] = []

  /// Whether somebody's badges are still to be asked for.
  var isWanting: Bool { !wanted.isEmpty }

  /// Says how badges look that are worn in a channel, as far as that is known.
  func worn(_ badges: [Badge], in channel: TwitchUserID) -> [WornBadge] {
    guard !badges.isEmpty else { return [] }
    let own = own[channel] ?? [:]
    return badges.map { badge in
      let key = Key(setID: badge.setID, id: badge.id)
      return WornBadge(badge: badge, appearance: (own.isEmpty ? nil : own[key]) ?? common[key])
    }
  }

  /// Wants to know what a channel's badges look like, unless Twitch said so not long ago.
  ///
  /// - Parameter isMissing: Whether one is worn there that is not known.
  mutating func want(_ channel: TwitchUserID, isMissing: Bool = false, at now: ContinuousClock.Instant) {
    if asked.count > Self.limit { self = BadgeCatalog() }
    let age = isMissing ? Self.pause : Self.age
    for owner in [Owner.everybody, .channel(channel)] {
      if let known = asked[owner] {
        guard let time = known, now - time > age else { continue }
      }
      asked[owner] = .some(nil)
      wanted.append(owner)
    }
  }

  /// Takes out whom to ask for next.
  mutating func next() -> Owner? { wanted.isEmpty ? nil : wanted.removeFirst() }

  /// Takes in an answer. Without one, what was known stays.
  mutating func learn(_ sets: [BadgeSet]?, of owner: Owner, at now: ContinuousClock.Instant) {
    // Forgotten meanwhile, with all others.
    guard asked[owner] != nil else { return }
    asked[owner] = now
    guard let sets else { return }
    let badges = sets.flatMap { set in
      set.versions.map { (Key(setID: set.setID, id: $0.id), WornBadge.Appearance($0)) }
    }
    let shelf = Dictionary(badges) { first, _ in first }
    switch owner {
    case .everybody: common = shelf
    case .channel(let channel): own[channel] = shelf
    }
  }
}
