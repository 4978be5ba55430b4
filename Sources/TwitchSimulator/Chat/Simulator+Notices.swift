/// What chat announces: `channel.chat.notification`.
extension Simulator {
  /// Announces something in chat, and in the others of a shared chat as `shared_chat_…`; returns its message id.
  @discardableResult
  public func notify(_ notice: Notice, in name: String) throws(SimulatorError) -> Identifier<Message> {
    let (owner, channel) = try people.findChannel(name)
    var (author, recipient): (User?, User?)
    if let from = notice.from { author = try people.find(from) }
    if let name = notice.recipient { recipient = try people.find(name) }
    let id = Identifier<Message>(mint.uuid())
    let detail = NoticeDetail(notice, author: author, recipient: recipient, owner: owner, pictures: pictures)
    let inner = detail.json(giftID: mint.uuid())
    record("chat.notice", ["channel": owner.login, "type": notice.type, "message_id": id.rawValue])
    publish(
      "channel.chat.notification", of: owner.id,
      event(notice, detail, type: notice.type, inner, author, id: id, in: owner, source: nil))
    for other in channel.shared?.channels ?? [] where other != owner.id {
      guard let user = people[other], NoticeDetail.sharedTypes.contains(notice.type) else { continue }
      publish(
        "channel.chat.notification", of: other,
        event(
          notice, detail, type: "shared_chat_" + notice.type, inner, author, id: Identifier(mint.uuid()), in: user,
          source: (owner, id)))
    }
    return id
  }

  private func event(
    _ notice: Notice, _ detail: NoticeDetail, type: String, _ inner: JSON, _ author: User?, id: Identifier<Message>,
    in owner: User, source: (owner: User, id: Identifier<Message>)?
  ) -> JSON {
    let text = notice.text ?? ""
    let fragments = people.fragments(of: text, in: owner, cheers: false)
    let badges = author.map { people.channels[owner.id]?.badges(of: $0.id) ?? [] } ?? []
    let sourceBadges = author.flatMap { author in
      source.map { people.channels[$0.owner.id]?.badges(of: author.id) ?? [] }
    }
    let start = broadcaster(owner).adding(named("source_broadcaster_user", source?.owner))
    return start.adding(named("chatter_user", author)).adding([
      "chatter_is_anonymous": .bool(author == nil), "color": .string(author?.color ?? ""),
      "badges": .array(badges.map(\.json)), "source_badges": sourceBadges.map { .array($0.map(\.json)) } ?? nil,
      "system_message": .string(notice.systemMessage ?? detail.sentence), "message_id": JSON(id),
      "source_message_id": JSON(source?.id), "is_source_only": source == nil ? nil : false,
      "message": ["text": .string(text), "fragments": .array(fragments.map(\.json))], "notice_type": .string(type),
    ]).adding(NoticeDetail.slots(type, inner))
  }
}
