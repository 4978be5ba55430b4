import WebSockets

/// Users, streams, channels, grants: the endpoints that say who is who and who is live.
extension Simulator {
  func getUsers(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let (ids, logins) = (call.query.all("id"), call.query.all("login"))
    guard ids.count + logins.count <= 100 else {
      throw HelixFailure(400, "The total number of IDs and logins must not exceed 100.")
    }
    if ids.isEmpty && logins.isEmpty {
      guard let user = call.token.user.flatMap({ people[$0] }) else {
        throw HelixFailure(400, "Must provide an ID, Login or OAuth Token")
      }
      return ["data": [describe(user)]]
    }
    let found = ids.compactMap { people[Identifier($0)] } + logins.compactMap { people.user(login: $0) }
    return ["data": .array(distinct(found).map(describe))]
  }

  private func describe(_ user: User) -> JSON {
    [
      "id": JSON(user.id), "login": JSON(user.login), "display_name": JSON(user.displayName), "type": "",
      "broadcaster_type": JSON(user.broadcasterType), "description": JSON(user.bio),
      "profile_image_url": .string(pictures.profile(of: user)), "offline_image_url": "", "view_count": 0,
      "created_at": "2018-05-02T11:20:30Z",
    ]
  }

  private func distinct(_ users: [User]) -> [User] {
    var seen: Set<Identifier<User>> = []
    return users.filter { seen.insert($0.id).inserted }
  }

  func getStreams(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let size = try call.first()
    let (ids, logins) = (call.query.all("user_id"), call.query.all("user_login"))
    let (games, languages) = (call.query.all("game_id"), call.query.all("language"))
    guard max(ids.count, logins.count, games.count, languages.count) <= 100 else {
      throw HelixFailure(400, "The parameter \"user_id\" was malformed: at most 100 values are allowed")
    }
    let isForSome = !ids.isEmpty || !logins.isEmpty
    let asked = isForSome ? people.sorted(ids: ids, logins: logins) : people.sorted
    let rows = asked.compactMap { user -> (JSON, Int)? in
      guard let channel = people.channels[user.id], let stream = listedStream(of: channel) else { return nil }
      guard games.isEmpty || games.contains(categoryID(channel.category)) else { return nil }
      guard languages.isEmpty || languages.contains(channel.language) else { return nil }
      return (describe(stream, of: user, channel), stream.viewers)
    }
    let page = try call.page(rows.sorted { $0.1 > $1.1 }.map(\.0), size: size)
    return ["data": .array(page.rows), "pagination": page.pagination]
  }

  /// The stream as Get Streams knows it, which may lag behind the truth.
  private func listedStream(of channel: Channel) -> Channel.Stream? {
    let now = deadlines.now
    if let stream = channel.stream { return stream.listedAt <= now ? stream : nil }
    return channel.ended.flatMap { $0.listedUntil > now ? $0.stream : nil }
  }

  private func describe(_ stream: Channel.Stream, of user: User, _ channel: Channel) -> JSON {
    [
      "id": JSON(stream.id), "user_id": JSON(user.id), "user_login": JSON(user.login),
      "user_name": JSON(user.displayName), "game_id": .string(categoryID(channel.category)),
      "game_name": JSON(channel.category), "type": "live", "title": JSON(channel.title),
      "viewer_count": JSON(stream.viewers), "started_at": .string(stream.startedAt.timestampInSeconds),
      "language": JSON(channel.language), "thumbnail_url": .string(pictures.thumbnail(of: user)), "tag_ids": [],
      "tags": JSON(channel.tags), "is_mature": false,
    ]
  }

  func getChannels(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let ids = call.query.all("broadcaster_id")
    guard !ids.isEmpty else { throw .missing("broadcaster_id") }
    guard ids.count <= 100 else { throw HelixFailure(400, "The number of broadcaster IDs must not exceed 100.") }
    return ["data": .array(distinct(ids.compactMap { people[Identifier($0)] }).map(describeChannel))]
  }

  private func describeChannel(_ user: User) -> JSON {
    let channel = people.channels[user.id]
    let category = channel?.category ?? ""
    return [
      "broadcaster_id": JSON(user.id), "broadcaster_login": JSON(user.login),
      "broadcaster_name": JSON(user.displayName), "broadcaster_language": JSON(channel?.language),
      "game_id": .string(categoryID(category)), "game_name": JSON(category), "title": JSON(channel?.title), "delay": 0,
      "tags": JSON(channel?.tags ?? []), "content_classification_labels": [], "is_branded_content": false,
    ]
  }

  func getAuthorizations(_ call: HelixCall) throws(HelixFailure) -> JSON {
    try call.requireAppToken()
    let ids = call.query.all("user_id")
    guard !ids.isEmpty else { throw .missing("user_id") }
    guard ids.count <= 10 else { throw HelixFailure(400, "The number of user IDs must not exceed 10.") }
    let rows = distinct(ids.compactMap { people[Identifier($0)] }).compactMap { user -> JSON? in
      guard let scopes = tokens.scopes(of: user.id, for: call.client) else { return nil }
      return [
        "user_id": JSON(user.id), "user_name": JSON(user.displayName), "user_login": JSON(user.login),
        "scopes": JSON(scopes.sorted()),
      ]
    }
    return ["data": .array(rows)]
  }
}
