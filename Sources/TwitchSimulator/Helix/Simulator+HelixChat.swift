import HTTPTypes
import WebSockets

/// What a client may read about a chat: colors, chatters, room modes, shared chats.
extension Simulator {
  func getColors(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let ids = call.query.all("user_id")
    guard !ids.isEmpty else { throw .missing("user_id") }
    guard ids.count <= 100 else { throw HelixFailure(400, "The number of user IDs must not exceed 100.") }
    let rows = ids.compactMap { people[Identifier($0)] }.map { user -> JSON in
      [
        "user_id": JSON(user.id), "user_login": JSON(user.login), "user_name": JSON(user.displayName),
        "color": JSON(user.color),
      ]
    }
    return ["data": .array(rows)]
  }

  func setColor(_ call: HelixCall) throws(HelixFailure) -> Response {
    let reader = try call.user(with: "user:manage:chat_color")
    guard try call.required("user_id") == reader.rawValue, var user = people[reader] else {
      throw HelixFailure(401, "The ID in user_id must match the user ID found in the request's OAuth token.")
    }
    let wanted = try call.required("color")
    guard let color = Simulator.namedColors[wanted] else {
      throw HelixFailure(400, "The color is not one of the named colors.")
    }
    user.color = color
    people.update(user)
    return Response(.noContent)
  }

  private static let namedColors = [
    "blue": "#0000FF", "blue_violet": "#8A2BE2", "cadet_blue": "#5F9EA0", "chocolate": "#D2691E", "coral": "#FF7F50",
    "dodger_blue": "#1E90FF", "firebrick": "#B22222", "golden_rod": "#DAA520", "green": "#008000",
    "hot_pink": "#FF69B4", "orange_red": "#FF4500", "red": "#FF0000", "sea_green": "#2E8B57",
    "spring_green": "#00FF7F", "yellow_green": "#9ACD32",
  ]

  func getChatters(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let reader = try call.user(with: "moderator:read:chatters")
    let channel = try channel(call, moderator: reader)
    let size = try call.first(default: 100, limit: 1_000)
    var seen: Set<Identifier<User>> = []
    let chatters = channel.messages.map(\.chatter).filter { seen.insert($0).inserted }.compactMap { people[$0] }
    let rows = chatters.map { user -> JSON in
      ["user_id": JSON(user.id), "user_login": JSON(user.login), "user_name": JSON(user.displayName)]
    }
    let page = try call.page(rows, size: size)
    return ["data": .array(page.rows), "pagination": page.pagination, "total": .int(rows.count)]
  }

  func getChatSettings(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let settings = try channel(call).settings
    return [
      "data": [
        [
          "broadcaster_id": .string(try call.required("broadcaster_id")), "slow_mode": .bool(settings.slow != nil),
          "slow_mode_wait_time": JSON(settings.slow), "follower_mode": .bool(settings.followers != nil),
          "follower_mode_duration": JSON(settings.followers), "subscriber_mode": JSON(settings.subscribersOnly),
          "emote_mode": JSON(settings.emotesOnly), "unique_chat_mode": JSON(settings.unique),
        ]
      ]
    ]
  }

  func getSharedChat(_ call: HelixCall) throws(HelixFailure) -> JSON {
    guard let session = try channel(call).shared else { return ["data": []] }
    let time = JSON.string(session.createdAt.timestampInSeconds)
    return [
      "data": [
        [
          "session_id": .string(session.id), "host_broadcaster_id": JSON(session.host),
          "participants": .array(session.channels.map { ["broadcaster_id": JSON($0)] }), "created_at": time,
          "updated_at": time,
        ]
      ]
    ]
  }

  /// The channel that `broadcaster_id` in the query names.
  func channel(_ call: HelixCall) throws(HelixFailure) -> Channel {
    guard let channel = people.channels[Identifier(try call.required("broadcaster_id"))] else {
      throw HelixFailure(400, "The broadcaster_id is not a user.")
    }
    return channel
  }

  /// That channel, when `moderator_id` is the token's user and moderates it.
  func channel(_ call: HelixCall, moderator: Identifier<User>) throws(HelixFailure) -> Channel {
    let channel = try channel(call)
    guard try call.required("moderator_id") == moderator.rawValue else {
      throw HelixFailure(401, "The ID in moderator_id must match the user ID found in the request's OAuth token.")
    }
    guard channel.moderates(moderator) else {
      throw HelixFailure(403, "The user in moderator_id is not one of the broadcaster's moderators.")
    }
    return channel
  }
}
