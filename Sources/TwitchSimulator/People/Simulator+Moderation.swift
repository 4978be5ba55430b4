extension Simulator {
  /// Bans somebody, or times them out for some seconds; subscriptions that read as them are revoked.
  public func ban(_ name: String, in channelName: String, seconds: Double? = nil) throws(SimulatorError) {
    let user = try people.find(name)
    let (owner, channel) = try people.findChannel(channelName)
    guard user.id != owner.id else { throw .invalid("nobody is banned from their own channel") }
    channel.bans[user.id] = seconds.map { .until(deadlines.now + $0) } ?? .forever
    record("channel.banned", ["channel": owner.login, "user": user.login])
    clearMessages(of: user, in: owner, channel)
    revokeSubscriptions(status: "chat_user_banned") { $0.broadcaster == owner.id && $0.reader == user.id }
  }

  /// Lifts a ban or time-out.
  public func unban(_ name: String, in channelName: String) throws(SimulatorError) {
    let user = try people.find(name)
    try people.findChannel(channelName).1.bans[user.id] = nil
  }

  /// Deletes one message: `channel.chat.message_delete`.
  public func deleteMessage(_ id: Identifier<Message>, in name: String) throws(SimulatorError) {
    let (owner, channel) = try people.findChannel(name)
    guard let message = channel.message(id), !message.deleted else {
      throw .unknown(kind: "message", name: id.rawValue)
    }
    channel.markDeleted { $0.id == id }
    record("chat.deleted", ["channel": owner.login, "message_id": id.rawValue])
    publish(
      "channel.chat.message_delete", of: owner.id,
      broadcaster(owner).adding(named("target_user", people[message.chatter])).adding(["message_id": JSON(id)]))
  }

  /// Clears the chat (`channel.chat.clear`), or the messages of one user (`channel.chat.clear_user_messages`).
  public func clearChat(_ name: String, of userName: String? = nil) throws(SimulatorError) {
    let (owner, channel) = try people.findChannel(name)
    if let userName {
      clearMessages(of: try people.find(userName), in: owner, channel)
    } else {
      channel.markDeleted { _ in true }
      publish("channel.chat.clear", of: owner.id, broadcaster(owner))
    }
  }

  private func clearMessages(of user: User, in owner: User, _ channel: Channel) {
    channel.markDeleted { $0.chatter == user.id }
    publish(
      "channel.chat.clear_user_messages", of: owner.id, broadcaster(owner).adding(named("target_user", user)))
  }
}
