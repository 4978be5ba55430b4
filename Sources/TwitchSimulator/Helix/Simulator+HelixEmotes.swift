import WebSockets

/// Emotes, badges and cheermotes in the shapes of the API.
extension Simulator {
  func globalEmotes() -> JSON {
    ["data": .array(Emotes.global.map { describe($0) }), "template": .string(pictures.emoteTemplate)]
  }

  func channelEmotes(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let channel = try channel(call)
    let emotes = people[channel.owner].map(Emotes.of) ?? []
    let rows = emotes.map { emote in
      describe(
        emote,
        [
          "tier": JSON(emote.tier), "emote_type": JSON(emote.kind), "emote_set_id": JSON(emote.setID),
        ])
    }
    return ["data": .array(rows), "template": .string(pictures.emoteTemplate)]
  }

  func emoteSets(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let sets = call.query.all("emote_set_id")
    guard !sets.isEmpty else { throw .missing("emote_set_id") }
    guard sets.count <= 25 else { throw HelixFailure(400, "The number of emote set IDs must not exceed 25.") }
    let emotes = Emotes.global + people.sorted.flatMap(Emotes.of)
    let rows = emotes.filter { sets.contains($0.setID) }.map(describeOwned)
    return ["data": .array(rows), "template": .string(pictures.emoteTemplate)]
  }

  func userEmotes(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let reader = try call.user(with: "user:read:emotes")
    guard try call.required("user_id") == reader.rawValue else {
      throw HelixFailure(401, "The ID in user_id must match the user ID found in the request's OAuth token.")
    }
    let own = people[reader].map(Emotes.of) ?? []
    let page = try call.page((Emotes.global + own).map(describeOwned), size: behavior.pageSize)
    return [
      "data": .array(page.rows), "template": .string(pictures.emoteTemplate), "pagination": page.pagination,
    ]
  }

  private func describeOwned(_ emote: Emote) -> JSON {
    describe(
      emote,
      [
        "emote_type": .string(emote.kind.isEmpty ? "globals" : emote.kind), "emote_set_id": JSON(emote.setID),
        "owner_id": JSON(emote.owner),
      ])
  }

  private func describe(_ emote: Emote, _ more: JSON = [:]) -> JSON {
    let start: JSON = [
      "id": JSON(emote.id), "name": JSON(emote.name),
      "images": [
        "url_1x": .string(pictures.emote(emote.id, scale: "1.0")),
        "url_2x": .string(pictures.emote(emote.id, scale: "2.0")),
        "url_4x": .string(pictures.emote(emote.id, scale: "3.0")),
      ],
    ]
    return start.adding(more).adding([
      "format": JSON(emote.formats), "scale": ["1.0", "2.0", "3.0"], "theme_mode": ["light", "dark"],
    ])
  }

  func globalBadges() -> JSON {
    let sets = [
      ("broadcaster", "Broadcaster"), ("moderator", "Moderator"), ("vip", "VIP"), ("bot-badge", "Chat Bot"),
      ("premium", "Prime Gaming"), ("partner", "Verified"), ("turbo", "Turbo"),
    ]
    return ["data": .array(sets.map { badgeSet($0.0, [("1", $0.1)], action: nil) })]
  }

  func channelBadges(_ call: HelixCall) throws(HelixFailure) -> JSON {
    _ = try channel(call)
    let months = [
      ("0", "Subscriber"), ("3", "3-Month Subscriber"), ("6", "6-Month Subscriber"), ("9", "9-Month Subscriber"),
      ("12", "1-Year Subscriber"),
    ]
    let bits = [("1", "cheer 1"), ("100", "cheer 100"), ("1000", "cheer 1000")]
    return [
      "data": [
        badgeSet("subscriber", months, action: "subscribe_to_channel"), badgeSet("bits", bits, action: nil),
      ]
    ]
  }

  private func badgeSet(_ set: String, _ versions: [(id: String, title: String)], action: String?) -> JSON {
    let rows = versions.map { version -> JSON in
      [
        "id": JSON(version.id), "image_url_1x": .string(pictures.badge(set, version.id, size: 1)),
        "image_url_2x": .string(pictures.badge(set, version.id, size: 2)),
        "image_url_4x": .string(pictures.badge(set, version.id, size: 3)), "title": JSON(version.title),
        "description": JSON(version.title), "click_action": JSON(action), "click_url": nil,
      ]
    }
    return ["set_id": .string(set), "versions": .array(rows)]
  }

  func cheermotes() -> JSON {
    let rows = Cheermote.prefixes.enumerated().map { index, prefix -> JSON in
      [
        "prefix": .string(prefix), "tiers": .array(Cheermote.tiers.map { describe($0, of: prefix) }),
        "type": "global_first_party", "order": .int(index + 1), "last_updated": "2018-05-22T00:06:04Z",
        "is_charitable": false,
      ]
    }
    return ["data": .array(rows)]
  }

  private func describe(_ tier: (bits: Int, color: String), of prefix: String) -> JSON {
    func images(_ theme: String, _ format: String) -> JSON {
      .object(
        JSON.Members(
          list: ["1", "1.5", "2", "3", "4"].map { scale in
            let address = pictures.cheermote(prefix, tier.bits, theme: theme, format: format, scale: scale)
            return .init(key: scale, value: .string(address))
          }))
    }
    return [
      "min_bits": .int(tier.bits), "id": .string(String(tier.bits)), "color": .string(tier.color),
      "images": [
        "dark": ["animated": images("dark", "animated"), "static": images("dark", "static")],
        "light": ["animated": images("light", "animated"), "static": images("light", "static")],
      ],
      "can_cheer": true, "show_in_bits_card": true,
    ]
  }
}
