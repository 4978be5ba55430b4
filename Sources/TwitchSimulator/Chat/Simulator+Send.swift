import WebSockets

/// `POST /chat/messages`.
extension Simulator {
  /// A refusal that is answered with 200.
  private struct Drop: Error {
    let code: String
    let message: String

    static let rejected = Drop(
      code: "msg_rejected", message: "Your message is being checked by mods and has not been sent.")
    static let tooFast = Drop(
      code: "msg_ratelimit", message: "Your message was not sent because you are sending messages too quickly.")
    static let duplicate = Drop(
      code: "msg_duplicate",
      message:
        "Your message was not sent because it is identical to the previous one you sent, less than 30 seconds ago.")
    static let settings = Drop(
      code: "channel_settings", message: "Your message was not sent because of the channel settings.")
    static let timedOut = Drop(code: "user_timed_out", message: "You are timed out from talking in the room.")
    static let held = Drop(
      code: "automod_held", message: "Your message has been held for review by Automod.")
  }

  func sendMessage(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let broadcasterID = try call.requiredText("broadcaster_id")
    let senderID = try call.requiredText("sender_id")
    guard let text = call.body["message"]?.string, !text.isEmpty else { throw .missing("message") }
    guard let owner = people[Identifier(broadcasterID)], let channel = people.channels[owner.id] else {
      throw HelixFailure(400, "The broadcaster_id is not a user.")
    }
    guard let sender = people[Identifier(senderID)] else { throw HelixFailure(400, "The sender_id is not a user.") }
    try checkScopes(call, sender: sender.id, owner: owner.id)
    guard text.unicodeScalars.count <= 500 else { throw tooLong }
    if case .forever = channel.ban(of: sender.id, at: deadlines.now) {
      throw HelixFailure(403, "The sender is not permitted to send chat messages to the broadcaster's chat room.")
    }
    var reply: ChatMessage.Reply?
    if let parent = call.body["reply_parent_message_id"]?.string, !parent.isEmpty {
      reply = self.reply(to: Identifier(parent), in: channel)
      guard reply != nil else {
        throw HelixFailure(
          400, "The request's input was not valid. Message cannot be replied to.", hasStrayData: true)
      }
    }
    do throws(Drop) {
      let message = try compose(text, reply, call, sender, owner, channel)
      echo(message, in: owner, channel)
      return ["data": [["message_id": JSON(message.id), "is_sent": true, "drop_reason": nil]]]
    } catch {
      counts.dropped += 1
      record("chat.dropped", ["channel": owner.login, "from": sender.login, "code": error.code])
      let reason: JSON = ["code": .string(error.code), "message": .string(error.message)]
      return ["data": [["message_id": "", "is_sent": false, "drop_reason": reason]]]
    }
  }

  private var tooLong: HelixFailure {
    behavior.tooLongStatus == 400
      ? HelixFailure(
        400, "The request's input was not valid. Please see the endpoint's documentation for possible reasons.")
      : HelixFailure(behavior.tooLongStatus, "The message is too large.")
  }

  private func checkScopes(
    _ call: HelixCall, sender: Identifier<User>, owner: Identifier<User>
  ) throws(HelixFailure) {
    if let user = call.token.user {
      guard call.token.scopes.contains("user:write:chat") else {
        throw HelixFailure(401, "Missing user:write:chat scope")
      }
      guard user == sender else {
        throw HelixFailure(401, "The ID in sender_id must match the user ID found in the request's OAuth token.")
      }
      guard call.body["for_source_only"]?.bool == nil else {
        throw HelixFailure(400, "Cannot set for_source_only if User Access Token is used")
      }
      return
    }
    guard tokens.scopes(of: sender, for: call.client)?.isSuperset(of: ["user:write:chat", "user:bot"]) == true else {
      throw HelixFailure(
        401, "The sender must have authorized the app with the user:write:chat and user:bot scopes.")
    }
    guard isWelcome(sender, in: owner, call.client) else {
      throw HelixFailure(401, "The broadcaster must have authorized the app with the channel:bot scope.")
    }
  }

  private func compose(
    _ raw: String, _ reply: ChatMessage.Reply?, _ call: HelixCall, _ sender: User, _ owner: User, _ channel: Channel
  ) throws(Drop) -> ChatMessage {
    let now = deadlines.now
    guard channel.ban(of: sender.id, at: now) == nil else { throw .timedOut }
    guard let sent = SentText(raw) else { throw .rejected }
    let fragments = people.fragments(of: sent.text, in: owner, cheers: false)
    let isPrivileged = channel.isPrivileged(sender.id)
    if !isPrivileged, blocks(channel, sender, sent.text, fragments) { throw .settings }
    if behavior.enforcesChatLimits {
      let verdict = sendLimits.check(
        sent.text, by: sender.id, in: owner.id, isPrivileged: isPrivileged, penalty: behavior.chatPenaltySeconds,
        at: now)
      if verdict == .tooFast { throw .tooFast }
      if verdict == .duplicate { throw .duplicate }
    }
    let text = reply.map { "@\($0.author.displayName) \(sent.text)" } ?? sent.text
    var message = ChatMessage(id: Identifier(mint.uuid()), chatter: sender.id, text: text)
    message.isAction = sent.isAction
    message.fragments = people.fragments(of: text, in: owner, cheers: false)
    message.color = sender.color
    message.reply = reply
    message.isSent = true
    message.isSourceOnly = call.token.user == nil && (call.body["for_source_only"]?.bool ?? true)
    message.badges = channel.badges(of: sender.id)
    if call.token.user == nil, sender.id != owner.id { message.badges.append(Badge("bot-badge")) }
    if behavior.heldWords.contains(where: { sent.text.lowercased().contains($0.lowercased()) }), !isPrivileged {
      hold(message, in: owner)
      throw .held
    }
    return message
  }

  /// Whether the room modes keep a plain chatter from saying this.
  private func blocks(_ channel: Channel, _ sender: User, _ text: String, _ fragments: [Fragment]) -> Bool {
    let settings = channel.settings
    let isSubscriber = channel.role(of: sender.id) == .subscriber
    if settings.subscribersOnly == true, !isSubscriber { return true }
    // Nobody follows anybody here, so followers-only leaves subscribers and up.
    if settings.followers != nil, !isSubscriber { return true }
    if settings.emotesOnly == true {
      let hasWords = fragments.contains {
        if case .emote = $0 { false } else { $0.text.contains { $0 != " " } }
      }
      if hasWords { return true }
    }
    if settings.unique == true {
      let isRepeated = channel.messages.suffix(200).contains { $0.text == text }
      if isRepeated || text.count < 9 { return true }
    }
    guard let slow = settings.slow, let last = sendLimits.lastMessage(of: sender.id, in: channel.owner) else {
      return false
    }
    return deadlines.now - last < Double(slow)
  }

  /// Publishes before the answer of the call or a moment after it, as the switch says.
  private func echo(_ message: ChatMessage, in owner: User, _ channel: Channel) {
    counts.sent += 1
    sent.append(describe(message, in: owner))
    if sent.count > 10_000 { sent.removeFirst() }
    record("chat.sent", ["channel": owner.login, "message_id": message.id.rawValue])
    let isBefore =
      switch behavior.echo {
      case .before: true
      case .after: false
      case .random: Bool.random(using: &mint)
      case .never: false
      }
    if behavior.echo == .never { return channel.keep(message) }
    if isBefore { return post(message, in: owner, channel) }
    Task {
      // By the real clock, so that it comes even when the simulated one stands still.
      try? await loop.sleep(for: .milliseconds(20))
      self.post(message, in: owner, channel)
    }
  }
}
