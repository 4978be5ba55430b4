import Twitch

/// A badge beside a name.
struct WornBadge {
  /// What a badge looks like, as JSON: the members that stand behind those which Twitch sends with each line.
  struct Appearance {
    fileprivate let members: [UInt8]

    init(_ version: BadgeSet.Version) {
      var json = JSONWriter()
      if !version.title.isEmpty { json.member("title", version.title) }
      if !version.imageURL.isEmpty { json.member("url", version.imageURL) }
      members = json.bytes
    }
  }

  var badge: Badge
  /// How it looks; `nil` when that is not known (yet): no line waits for it.
  var appearance: Appearance?
}

extension JSONWriter {
  mutating func badges(_ badges: [WornBadge]) {
    if badges.isEmpty { return }
    member("badges", array: badges) { json, worn in
      json.object { json in
        json.member("set_id", worn.badge.setID)
        json.member("id", worn.badge.id)
        json.member("info", worn.badge.info)
        if let appearance = worn.appearance, !appearance.members.isEmpty { json.members(appearance.members.span) }
      }
    }
  }
}
