import Logging
import Twitch
import WebSockets

/// How badges look, on lines of chat.
extension Relay {
  /// What others are left of the application's points while badges are asked for.
  private static let reserve = 0.5

  /// The badges of a line with how they look, as far as that is known. What is not will be asked for when somebody sees it.
  func worn(_ badges: [Badge], in channel: TwitchUserID, for rooms: [Room]) -> [WornBadge] {
    let worn = badgeCatalog.worn(badges, in: channel)
    if worn.contains(where: { $0.appearance == nil }), rooms.contains(where: \.isWatched) {
      badgeCatalog.want(channel, isMissing: true, at: .now)
      fetchBadges()
    }
    return worn
  }

  /// Somebody came: what the channels' badges look like had better be known before the next line.
  func wantBadges(for room: Room) {
    for channel in channels(of: room.stream) { badgeCatalog.want(channel, at: .now) }
    fetchBadges()
  }

  private func fetchBadges() {
    guard badgeCatalog.isWanting, !isFetchingBadges else { return }
    isFetchingBadges = true
    Task {
      defer { isFetchingBadges = false }
      while let owner = badgeCatalog.next() {
        let wait = helix.rateLimit(of: .app)?.wait(keeping: Self.reserve, at: .now) ?? .zero
        guard (try? await loop.sleep(for: wait)) != nil else { return }
        badgeCatalog.learn(await badges(of: owner), of: owner, at: .now)
      }
    }
  }

  private func badges(of owner: BadgeCatalog.Owner) async -> [BadgeSet]? {
    do throws(HelixError) {
      switch owner {
      case .everybody: return try await helix.globalBadges()
      case .channel(let channel): return try await helix.badges(of: channel)
      }
    } catch {
      logger.debug("Twitch did not tell how badges look", metadata: ["error": "\(error)"])
      return nil
    }
  }
}
