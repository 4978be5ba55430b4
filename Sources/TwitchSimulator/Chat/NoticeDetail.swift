/// The part of a notice that differs by type: its inner object and Twitch's sentence.
struct NoticeDetail {
  private let notice: Simulator.Notice
  private let author: Simulator.User?
  private let recipient: Simulator.User?
  private let owner: Simulator.User
  private let pictures: Pictures

  init(
    _ notice: Simulator.Notice, author: Simulator.User?, recipient: Simulator.User?, owner: Simulator.User,
    pictures: Pictures
  ) {
    self.notice = notice
    self.author = author
    self.recipient = recipient
    self.owner = owner
    self.pictures = pictures
  }

  static let sharedTypes: Set<String> = [
    "sub", "resub", "sub_gift", "community_sub_gift", "gift_paid_upgrade", "prime_paid_upgrade", "pay_it_forward",
    "raid", "announcement", "modiversary",
  ]

  /// In the order in which Twitch's events have them.
  private static let types = [
    "sub", "resub", "sub_gift", "community_sub_gift", "gift_paid_upgrade", "prime_paid_upgrade", "pay_it_forward",
    "raid", "unraid", "announcement", "bits_badge_tier", "charity_donation", "watch_streak", "modiversary",
    "shared_chat_sub", "shared_chat_resub", "shared_chat_sub_gift", "shared_chat_community_sub_gift",
    "shared_chat_gift_paid_upgrade", "shared_chat_prime_paid_upgrade", "shared_chat_pay_it_forward",
    "shared_chat_raid", "shared_chat_announcement", "shared_chat_modiversary",
  ]

  /// One key per type, all null but the notice's own; a type that nobody knows has none.
  static func slots(_ type: String, _ inner: JSON) -> JSON {
    .object(JSON.Members(list: types.map { .init(key: $0, value: $0 == type ? inner : .null) }))
  }

  private var name: String { author?.displayName ?? "An anonymous user" }
  private var tier: String { notice.tier ?? "1000" }
  private var tierName: String { "Tier \(tier.prefix(1))" }
  private var months: Int { notice.months ?? 1 }
  private var count: Int { notice.count ?? 1 }

  func json(giftID: String) -> JSON {
    switch notice.type {
    case "sub": ["sub_tier": .string(tier), "is_prime": .bool(notice.prime ?? false), "duration_months": 1]
    case "resub":
      [
        "cumulative_months": .int(months), "duration_months": 1, "streak_months": nil, "sub_tier": .string(tier),
        "is_prime": .bool(notice.prime ?? false), "is_gift": false, "gifter_is_anonymous": nil, "gifter_user_id": nil,
        "gifter_user_name": nil, "gifter_user_login": nil,
      ]
    case "sub_gift": gift
    case "community_sub_gift":
      [
        "id": .string(giftID), "total": .int(count), "sub_tier": .string(tier),
        "cumulative_total": author == nil ? nil : .int(count),
      ]
    case "gift_paid_upgrade":
      JSON.object(.init(list: [.init(key: "gifter_is_anonymous", value: .bool(recipient == nil))])).adding(
        people("gifter", recipient))
    case "prime_paid_upgrade": ["sub_tier": .string(tier)]
    case "pay_it_forward":
      JSON.object(.init(list: [.init(key: "gifter_is_anonymous", value: true)])).adding(people("gifter", nil)).adding(
        people("recipient", recipient))
    case "raid": raid
    case "unraid": [:]
    case "announcement": ["color": .string((notice.color ?? "primary").uppercased())]
    case "bits_badge_tier": ["tier": .int(count)]
    case "charity_donation":
      ["charity_name": "Harbor Rescue", "amount": ["value": .int(count), "decimal_place": 2, "currency": "USD"]]
    case "watch_streak": ["streak_count": .int(count), "channel_points_awarded": 450]
    case "modiversary": ["months": .int(months)]
    default: nil
    }
  }

  private var gift: JSON {
    let start: JSON = ["duration_months": 1, "cumulative_total": author == nil ? nil : .int(count)]
    return start.adding(people("recipient", recipient)).adding(["sub_tier": .string(tier), "community_gift_id": nil])
  }

  private var raid: JSON {
    [
      "user_id": JSON(author?.id), "user_name": JSON(author?.displayName), "user_login": JSON(author?.login),
      "viewer_count": .int(count), "profile_image_url": JSON(author.map(pictures.profile)),
    ]
  }

  private func people(_ role: String, _ user: Simulator.User?) -> JSON {
    .object(
      JSON.Members(list: [
        .init(key: role + "_user_id", value: JSON(user?.id)),
        .init(key: role + "_user_name", value: JSON(user?.displayName)),
        .init(key: role + "_user_login", value: JSON(user?.login)),
      ]))
  }

  /// The sentence that chat shows.
  var sentence: String {
    let whom = recipient?.displayName ?? "somebody"
    return switch notice.type {
    case "sub": notice.prime == true ? "\(name) subscribed with Prime." : "\(name) subscribed at \(tierName)."
    case "resub": "\(name) subscribed at \(tierName). They've subscribed for \(months) months!"
    case "sub_gift": "\(name) gifted a \(tierName) sub to \(whom)!"
    case "community_sub_gift": "\(name) is gifting \(count) \(tierName) Subs to \(owner.displayName)'s community!"
    case "gift_paid_upgrade": "\(name) is continuing the Gift Sub they got!"
    case "prime_paid_upgrade": "\(name) converted from a Prime sub to a \(tierName) sub!"
    case "pay_it_forward": "\(name) is paying forward the Gift they got to \(whom)!"
    case "raid": "\(count) raiders from \(name) have joined!"
    case "unraid": "The raid has been canceled."
    case "announcement": ""
    case "bits_badge_tier": "bits badge tier notification"
    case "charity_donation":
      "\(name): Donated USD \(count / 100).\(count % 100 / 10)\(count % 10) to support Harbor Rescue"
    case "watch_streak": "\(name) watched \(count) consecutive streams this month and sparked a watch streak!"
    case "modiversary": "has been a moderator for \(months) months!"
    default: "\(name) did something new!"
    }
  }
}
