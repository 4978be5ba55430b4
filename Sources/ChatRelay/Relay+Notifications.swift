import FoundationEssentials
import Storage
import Twitch

/// What Twitch delivers, on its way to the rooms.
extension Relay {
  /// Takes in one notification. The pool has seen to it that each comes once.
  func receive(_ notification: Notification) {
    // A process that ends in between must not know that it has seen what it has not kept.
    historyKeeper.together {
      historyKeeper.saw(notification.seenKeys)
      take(notification)
    }
  }

  private func take(_ notification: Notification) {
    metrics.received(notification.event)
    let time = notification.timestamp ?? Timestamp(.now)
    switch notification.event {
    case .message(let message):
      publish(message, at: time)
    case .notice(let notice):
      publish(notice, at: time)
    case .messageDelete(let deletion):
      publish(.message(deletion.messageID), in: deletion.broadcaster, at: time)
    case .clearUserMessages(let broadcaster, let target):
      publish(.user(target.id), in: broadcaster, at: time)
    case .clear(let broadcaster):
      publish(.everything, in: broadcaster, at: time)
    case .streamOnline(let online):
      liveStates.wentLive(online.broadcaster.id, time: time, at: .now)
      liveStateChanged(of: online.broadcaster.id)
    case .streamOffline(let broadcaster):
      liveStates.wentOffline(broadcaster.id, time: time, at: .now)
      liveStateChanged(of: broadcaster.id)
    case .channelUpdate(let update):
      let title = ChannelTitle(title: update.title, category: update.categoryName)
      liveStates.retitle(update.broadcaster.id, title)
    case .shardDisabled, .unknown:
      break
    }
  }

  /// A subscription was taken away: if the account's grant is gone, its token is too.
  func receive(_ revocation: Revocation) {
    guard revocation.status == "authorization_revoked" || revocation.status == "user_removed" else { return }
    for user in Set([revocation.broadcaster, revocation.reader].compactMap(\.self)) {
      guard let account = directory.account(networkUserID: user.rawValue), let sender = senders[account.id] else {
        continue
      }
      Task { await validate(sender) }
    }
  }

  /// Twitch may have lost something of a channel's chat, or of all: everybody concerned is told, and so is who comes back later.
  func tellGap(in broadcaster: TwitchUserID?) {
    let concerned = broadcaster.map(self.rooms(carrying:)) ?? Array(rooms.values)
    for room in concerned { room.doubt(on: loop) }
  }

  /// What comes next of a channel's chat is older than what was relayed before it: everybody concerned is told first.
  func tellDisorder(in broadcaster: TwitchUserID) {
    for room in rooms(carrying: broadcaster) { room.disorder(on: loop) }
  }

  private func rooms(carrying broadcaster: TwitchUserID) -> [Room] { linkedAccounts[broadcaster]?.rooms ?? [] }

  private func publish(_ message: ChatMessage, at time: Timestamp) {
    guard let (account, rooms) = carriers(of: message.broadcaster), let first = rooms.first else { return }
    settle(message, in: account)
    let body = RichText(message.body, images: images)
    let picture = self.picture(of: message.chatter.id, for: rooms)
    let badges = worn(message.badges, in: message.broadcaster.id, for: rooms)
    let sourceBadges = message.source.map { worn($0.badges, in: $0.broadcaster.id, for: rooms) } ?? []
    var line = Line(
      stream: first.stream, account: account, message: message, picture: picture, badges: badges,
      sourceBadges: sourceBadges, time: time, body: body)
    for room in rooms {
      line.stream = room.stream
      room.publish(line)
    }
  }

  private func publish(_ notice: ChatNotice, at time: Timestamp) {
    guard let (account, rooms) = carriers(of: notice.broadcaster) else { return }
    let body = RichText(notice.body, images: images)
    let picture = notice.chatter.flatMap { self.picture(of: $0.id, for: rooms) }
    let badges = worn(notice.badges, in: notice.broadcaster.id, for: rooms)
    for room in rooms {
      room.publish(
        NoticeMessage(
          stream: room.stream, account: account, notice: notice, picture: picture, badges: badges, time: time,
          body: body))
    }
  }

  private func publish(_ what: ModerationMessage.What, in broadcaster: ChatUser, at time: Timestamp) {
    guard let (account, rooms) = carriers(of: broadcaster) else { return }
    let messages = rooms.map { ModerationMessage(stream: $0.stream, account: account, what: what, time: time) }
    for (room, message) in zip(rooms, messages) { room.forget(message.removal, at: time) }
    // Whoever has seen something go will not see it come back, whatever happens to this program.
    guard !historyKeeper.isKeptAtOnce else {
      for (room, message) in zip(rooms, messages) { room.publish(message) }
      return
    }
    Task {
      await historyKeeper.flush()
      for (room, message) in zip(rooms, messages) { room.publish(message) }
    }
  }

  /// The stream account whose channel it is, and the rooms that carry it.
  private func carriers(of broadcaster: ChatUser) -> (account: AccountID, rooms: [Room])? {
    guard let linked = linkedAccounts[broadcaster.id], !linked.rooms.isEmpty else { return nil }
    return (linked.account, linked.rooms)
  }

  /// When an account of this gateway wrote the line, its writer may be waiting for it.
  private func settle(_ message: ChatMessage, in target: AccountID) {
    // What shared chat brings along was not written here.
    guard message.source == nil, let author = linkedAccounts[message.chatter.id]?.account else { return }
    senders[author]?.saw(message, in: message.broadcaster.id, at: .now)
    writers[Route(sender: author, target: target)]?.arrived(message)
  }
}
