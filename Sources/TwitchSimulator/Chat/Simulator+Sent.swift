import DequeModule

/// What came in over Send Chat Message, for those who check it, and what AutoMod keeps back.
extension Simulator {
  /// What was sent over the API since the start, oldest first; the last 10,000.
  public func sentMessages() -> [Message] { Array(sent) }

  /// Waits for the message that is sent over the API as number `index`, counted from 0.
  public func sentMessage(_ index: Int, within seconds: Double = 10) async throws(SimulatorError) -> Message {
    guard await waitUntil(seconds, { self.counts.sent > index }) else { throw .timedOut }
    let forgotten = counts.sent - sent.count
    guard index >= forgotten else { throw .invalid("that message was forgotten already") }
    return sent[index - forgotten]
  }

  /// Keeps a message back and tells its author.
  func hold(_ message: ChatMessage, in owner: User) {
    held[message.id] = (message, owner.id)
    record("chat.held", ["channel": owner.login, "message_id": message.id.rawValue])
    publish("channel.chat.user_message_hold", of: owner.id, reader: message.chatter, heldEvent(message, in: owner, [:]))
  }

  /// Decides about a message that AutoMod holds: `channel.chat.user_message_update`, and chat when it is approved.
  public func decideHeldMessage(_ id: Identifier<Message>, approve: Bool) throws(SimulatorError) {
    guard let (message, ownerID) = held.removeValue(forKey: id), let owner = people[ownerID],
      let channel = people.channels[ownerID]
    else { throw .unknown(kind: "held message", name: id.rawValue) }
    publish(
      "channel.chat.user_message_update", of: ownerID, reader: message.chatter,
      heldEvent(message, in: owner, ["status": approve ? "approved" : "denied"]))
    if approve { post(message, in: owner, channel) }
  }

  private func heldEvent(_ message: ChatMessage, in owner: User, _ status: JSON) -> JSON {
    broadcaster(owner).adding(named("user", people[message.chatter])).adding(status)
      .adding(["message_id": JSON(message.id), "message": message.heldJSON])
  }
}
