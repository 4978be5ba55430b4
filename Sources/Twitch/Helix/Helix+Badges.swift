/// https://dev.twitch.tv/docs/api/reference/#get-global-chat-badges and #get-channel-chat-badges
extension Helix {
  /// Says how the badges look that are the same in every channel.
  public func globalBadges() async throws(HelixError) -> [BadgeSet] {
    try await list(.get("chat/badges/global"), of: BadgeSet.self)
  }

  /// Says how a channel's own badges look: subscribers' and cheerers', where they differ from everybody's.
  public func badges(of broadcaster: TwitchUserID) async throws(HelixError) -> [BadgeSet] {
    try await list(.get("chat/badges", [("broadcaster_id", broadcaster.rawValue)]), of: BadgeSet.self)
  }
}
