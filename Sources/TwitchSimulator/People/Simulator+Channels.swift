extension Simulator {
  /// Starts a stream: `stream.online`.
  public func goLive(_ name: String, _ change: ChannelChange = ChannelChange()) throws(SimulatorError) {
    let (user, channel) = try people.findChannel(name)
    guard channel.stream == nil else { throw .invalid("\(user.login) is live already") }
    apply(change, to: channel)
    let now = deadlines.now
    let stream = Channel.Stream(
      id: mint.streamID(), startedAt: now, listedAt: now + behavior.streamsLagSeconds, viewers: change.viewers ?? 0)
    channel.stream = stream
    channel.ended = nil
    record("channel.live", ["channel": user.login])
    publish(
      "stream.online", of: user.id,
      [
        "id": .string(stream.id), "broadcaster_user_id": JSON(user.id), "broadcaster_user_login": JSON(user.login),
        "broadcaster_user_name": JSON(user.displayName), "type": "live",
        "started_at": .string(stream.startedAt.timestampInSeconds),
      ])
  }

  /// Ends the stream: `stream.offline`.
  public func goOffline(_ name: String) throws(SimulatorError) {
    let (user, channel) = try people.findChannel(name)
    guard let stream = channel.stream else { throw .invalid("\(user.login) is not live") }
    channel.stream = nil
    channel.ended = (stream, deadlines.now + behavior.streamsLagSeconds)
    record("channel.offline", ["channel": user.login])
    publish(
      "stream.offline", of: user.id,
      JSON.object(.init(list: [.init(key: "id", value: .string(stream.id))])).adding(broadcaster(user)))
  }

  /// Edits the channel: `channel.update`, but for viewers, who are only counted.
  public func updateChannel(_ name: String, _ change: ChannelChange) throws(SimulatorError) {
    let (user, channel) = try people.findChannel(name)
    apply(change, to: channel)
    if let viewers = change.viewers { channel.stream?.viewers = viewers }
    guard change.title != nil || change.category != nil || change.language != nil else { return }
    publish(
      "channel.update", of: user.id,
      broadcaster(user).adding([
        "title": JSON(channel.title), "language": JSON(channel.language),
        "category_id": JSON(categoryID(channel.category)), "category_name": JSON(channel.category),
        "content_classification_labels": [],
      ]))
  }

  private func apply(_ change: ChannelChange, to channel: Channel) {
    channel.title = change.title ?? channel.title
    channel.category = change.category ?? channel.category
    channel.language = change.language ?? channel.language
    channel.tags = change.tags ?? channel.tags
  }

  /// Sets room modes: `channel.chat_settings.update`.
  public func setChatSettings(_ name: String, _ change: ChatSettings) throws(SimulatorError) {
    let (user, channel) = try people.findChannel(name)
    channel.settings = channel.settings.merging(change)
    let settings = channel.settings
    publish(
      "channel.chat_settings.update", of: user.id,
      broadcaster(user).adding([
        "emote_mode": JSON(settings.emotesOnly), "follower_mode": .bool(settings.followers != nil),
        "follower_mode_duration_minutes": JSON(settings.followers), "slow_mode": .bool(settings.slow != nil),
        "slow_mode_wait_time_seconds": JSON(settings.slow), "subscriber_mode": JSON(settings.subscribersOnly),
        "unique_chat_mode": JSON(settings.unique),
      ]))
  }

  /// The three keys that nearly every event begins with.
  func broadcaster(_ user: User) -> JSON { named("broadcaster_user", user) }

  /// Id, login and name under a prefix, null for nobody.
  func named(_ prefix: String, _ user: User?) -> JSON {
    .object(
      JSON.Members(list: [
        .init(key: prefix + "_id", value: JSON(user?.id)), .init(key: prefix + "_login", value: JSON(user?.login)),
        .init(key: prefix + "_name", value: JSON(user?.displayName)),
      ]))
  }

  /// A category's id, which follows from its name.
  func categoryID(_ name: String) -> String { name.isEmpty ? "" : String(stableHash(name) % 1_999_999_999) }
}

extension Simulator.ChatSettings {
  /// Seconds between messages, nil when slow mode is off.
  var slow: Int? { slowSeconds == 0 ? nil : slowSeconds }
  /// Minutes of following, nil when anybody may chat.
  var followers: Int? { (followerMinutes ?? -1) < 0 ? nil : followerMinutes }

  func merging(_ change: Self) -> Self {
    Self(
      slowSeconds: change.slowSeconds ?? slowSeconds, followerMinutes: change.followerMinutes ?? followerMinutes,
      subscribersOnly: change.subscribersOnly ?? subscribersOnly, emotesOnly: change.emotesOnly ?? emotesOnly,
      unique: change.unique ?? unique)
  }
}
