import FoundationEssentials

/// Keeps the application's token: fetched when first needed, once however many wait for it, and again before it ends.
///
/// Belongs to the actor of its `OAuth`.
public final class AppToken {
  private let oauth: OAuth
  private let fetch = SharedCall<Secret, OAuthError>()
  private var held: HeldToken?
  /// Where the time comes from; a test has its own.
  var clock: () -> Date = { .now }

  /// Fetches nothing yet.
  public init(oauth: OAuth) { self.oauth = oauth }

  /// Gives the token to call with.
  ///
  /// Near its end a new one is fetched beside; until that is there, the old one serves as long as it lasts.
  public func current(on owner: isolated (any Actor)? = #isolation) async throws(OAuthError) -> Secret {
    let now = clock()
    guard let held, held.isUsable(at: now) else { return try await renew() }
    if !held.isFresh(at: now) {
      self.held?.postponeRenewal(at: now)
      Task {
        _ = owner
        _ = try? await self.renew()
      }
    }
    return held.token
  }

  private func renew() async throws(OAuthError) -> Secret {
    try await fetch.run { () async throws(OAuthError) -> Secret in
      let token = HeldToken(try await self.oauth.appToken(), at: self.clock())
      self.held = token
      return token.token
    }
  }

  /// Whether that is the token to call with.
  func holds(_ token: Secret) -> Bool { held?.token == token }

  /// Drops a token that Twitch refused, so that the next `current()` fetches another.
  ///
  /// Nothing happens when another is held already: of a burst of refusals only the first drops anything.
  public func drop(_ refused: Secret) {
    if holds(refused) { held = nil }
  }
}

/// A token and how long it is good for.
struct HeldToken {
  let token: Secret
  private var renewAt: Date
  private let endsAt: Date

  /// Renewed when a tenth of its life is left, ten minutes before its end at the earliest.
  init(_ pair: TokenPair, at now: Date) {
    token = pair.accessToken
    endsAt = pair.expiresAt ?? .distantFuture
    renewAt = endsAt.addingTimeInterval(-min(600, max(0, endsAt.timeIntervalSince(now)) / 10))
  }

  /// A new one is being asked for; should that come to nothing, it is asked for again after half a minute.
  mutating func postponeRenewal(at now: Date) { renewAt = now.addingTimeInterval(30) }

  func isFresh(at now: Date) -> Bool { now < renewAt }
  func isUsable(at now: Date) -> Bool { now < endsAt }
}
