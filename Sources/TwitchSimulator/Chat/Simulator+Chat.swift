/// What chatters say, and how a message gets into chats.
extension Simulator {
  /// Lets a chatter say something; returns the message in that channel.
  @discardableResult
  public func say(_ line: Line, in name: String) throws(SimulatorError) -> Message {
    let user = try people.find(line.from)
    let (owner, channel) = try people.findChannel(name)
    guard channel.ban(of: user.id, at: deadlines.now) == nil else {
      throw .invalid("\(user.login) is banned from \(owner.login)")
    }
    var text = line.text
    var reply: ChatMessage.Reply?
    if let parent = line.replyTo {
      guard let found = self.reply(to: parent, in: channel) else {
        throw .unknown(kind: "message", name: parent.rawValue)
      }
      reply = found
      text = "@\(found.author.displayName) \(text)"
    }
    var message = ChatMessage(id: Identifier(mint.uuid()), chatter: user.id, text: text)
    message.isAction = line.action ?? false
    message.fragments = people.fragments(of: text, in: owner, cheers: true)
    message.badges = line.badges ?? badges(of: user.id, in: channel, message)
    message.color = line.color ?? user.color
    message.type = line.type ?? "text"
    message.reply = reply
    message.rewardID = line.rewardId
    message.animationID = line.animationId
    message.isSourceOnly = line.sourceOnly ?? false
    post(message, in: owner, channel)
    return describe(message, in: owner)
  }

  private func badges(of user: Identifier<User>, in channel: Channel, _ message: ChatMessage) -> [Badge] {
    let bits = message.bits
    let cheer = bits == 0 ? [] : [Badge("bits", String([1_000, 100].first { $0 <= bits } ?? 1))]
    return channel.badges(of: user) + cheer
  }

  /// What a reply says about its parent; nil when there is nothing to reply to.
  func reply(to id: Identifier<Message>, in channel: Channel) -> ChatMessage.Reply? {
    guard let parent = channel.message(id), !parent.deleted, let author = people[parent.chatter] else { return nil }
    return ChatMessage.Reply(
      parent: id, body: parent.text, author: author, thread: parent.reply?.thread ?? id,
      threadAuthor: parent.reply?.threadAuthor ?? author)
  }

  /// Puts a message into its chat and, when that is shared, into the others under ids of their own.
  func post(_ message: ChatMessage, in owner: User, _ channel: Channel) {
    counts.messages += 1
    keep(message, in: owner, channel)
    guard let session = channel.shared, !message.isSourceOnly else { return }
    for id in session.channels where id != owner.id {
      guard let other = people[id], let otherChannel = people.channels[id] else { continue }
      var copy = message
      copy.id = Identifier(mint.uuid())
      copy.source = ChatMessage.Source(channel: owner.id, id: message.id, badges: message.badges)
      copy.badges = otherChannel.badges(of: message.chatter)
      keep(copy, in: other, otherChannel)
    }
  }

  private func keep(_ message: ChatMessage, in owner: User, _ channel: Channel) {
    channel.keep(message)
    record(
      "chat.message",
      [
        "channel": owner.login, "from": people[message.chatter]?.login ?? "", "message_id": message.id.rawValue,
        "text": message.text,
      ])
    publish("channel.chat.message", of: owner.id, event(message, in: owner, isShared: channel.shared != nil))
  }

  private func event(_ message: ChatMessage, in owner: User, isShared: Bool) -> JSON {
    broadcaster(owner)
      .adding(sourceNames(message, in: owner, isShared: isShared))
      .adding(named("chatter_user", people[message.chatter]))
      .adding([
        "message_id": JSON(message.id),
        "source_message_id": JSON(message.source?.id ?? (namesSource(isShared) ? message.id : nil)),
        "is_source_only": isShared ? .bool(message.isSourceOnly) : nil, "message": message.messageJSON,
        "color": .string(message.color), "badges": .array(message.badges.map(\.json)),
        "source_badges": (message.source?.badges).map { .array($0.map(\.json)) } ?? nil,
        "message_type": .string(message.type), "cheer": message.bits > 0 ? ["bits": .int(message.bits)] : nil,
        "reply": message.reply?.json ?? nil, "channel_points_custom_reward_id": JSON(message.rewardID),
        "channel_points_animation_id": JSON(message.animationID),
      ])
  }

  private func sourceNames(_ message: ChatMessage, in owner: User, isShared: Bool) -> JSON {
    if let source = message.source { return named("source_broadcaster_user", people[source.channel]) }
    return named("source_broadcaster_user", namesSource(isShared) ? owner : nil)
  }

  private func namesSource(_ isShared: Bool) -> Bool { isShared && behavior.namesLocalSource }

  func describe(_ message: ChatMessage, in owner: User) -> Message {
    Message(
      id: message.id, channel: owner.login, from: people[message.chatter]?.login ?? "", text: message.text,
      action: message.isAction, sent: message.isSent, deleted: message.deleted)
  }

  /// The last thousand messages of a channel, oldest first.
  public func messages(in name: String) throws(SimulatorError) -> [Message] {
    let (owner, channel) = try people.findChannel(name)
    return channel.messages.map { describe($0, in: owner) }
  }
}
