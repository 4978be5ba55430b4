extension Simulator {
  /// Joins the chats of channels; the first is the host. A single channel leaves whatever session it is in.
  public func shareChat(_ names: [String]) throws(SimulatorError) {
    var joined: [(User, Channel)] = []
    for name in names { joined.append(try people.findChannel(name)) }
    guard let host = joined.first else { throw .invalid("name the channels, the host first") }
    let wanted = joined.map(\.0.id)
    let old = host.1.shared
    for id in old?.channels ?? [] where !wanted.contains(id) || wanted.count == 1 { leaveSharedChat(id) }
    guard joined.count > 1 else { return }
    for (user, channel) in joined where channel.shared != nil && channel.shared?.id != old?.id {
      leaveSharedChat(user.id)
    }
    let session = SharedChat(id: old?.id ?? mint.uuid(), channels: wanted, createdAt: old?.createdAt ?? deadlines.now)
    for (user, channel) in joined {
      let type = channel.shared == nil ? "channel.shared_chat.begin" : "channel.shared_chat.update"
      channel.shared = session
      publish(type, of: user.id, sharedChatEvent(session, in: user).adding(["participants": participants(session)]))
    }
  }

  private func leaveSharedChat(_ id: Identifier<User>) {
    guard let user = people[id], let channel = people.channels[id], let session = channel.shared else { return }
    channel.shared = nil
    publish("channel.shared_chat.end", of: id, sharedChatEvent(session, in: user))
  }

  private func sharedChatEvent(_ session: SharedChat, in user: User) -> JSON {
    let event: JSON = ["session_id": .string(session.id)]
    return event.adding(broadcaster(user)).adding(named("host_broadcaster_user", people[session.host]))
  }

  private func participants(_ session: SharedChat) -> JSON {
    .array(
      session.channels.compactMap { people[$0] }.map { user in
        [
          "broadcaster_user_id": JSON(user.id), "broadcaster_user_name": JSON(user.displayName),
          "broadcaster_user_login": JSON(user.login),
        ]
      })
  }
}
