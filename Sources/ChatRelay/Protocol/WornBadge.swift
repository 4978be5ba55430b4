import Twitch

/// A badge beside a name.
struct WornBadge {
  var badge: Badge
  /// How it looks; `nil` when that is not known (yet): no line waits for it.
  var appearance: BadgeSet.Version?
}
