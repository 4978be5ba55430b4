import Storage
import Twitch
import WebSockets

/// Who is told what about a stream and its accounts, and when.
extension Relay {
  /// Changes that come together are told together.
  private static let statusDelay: Duration = .milliseconds(250)
  /// What flaps is told no oftener than this.
  private static let statusPause: Duration = .seconds(2)

  func isLive(_ account: Account) -> Bool {
    liveStates.isLive(account.twitchUser)
  }

  /// Whether an account's token can be used for sending right now.
  func canSend(_ account: Account) -> Bool {
    account.state == .usable && senders[account.id]?.canSend == true
  }

  /// Whether somebody on a stream may be told how an account stands: the stream's own, and those of the people who are there.
  func shows(_ account: AccountID, on stream: StreamID) -> Bool {
    directory.streams[stream]?.accounts.contains(account) == true
      || rooms[stream]?.users.contains { directory.canUse(account, $0) } == true
  }

  /// Whether lines can be sent to a stream's channels.
  func isOpenForChat(_ stream: StreamID) -> Bool {
    directory.streams[stream]?.chatWhenOffline == true || directory.accounts(of: stream).contains(where: isLive)
  }

  /// How a room's stream stands for a user; `nil` when one of them is gone.
  func standing(of user: UserID, in room: Room) -> Standing? {
    // What was worked out holds until something may have changed.
    if statusTimers[room.stream] == nil, let known = room.standing(of: user) { return known }
    guard let user = directory.users[user], let stream = directory.streams[room.stream] else { return nil }
    var standing = Standing(for: user, on: stream, in: directory, isLive: isLive, canSend: canSend)
    standing.problems = problems(health.told, of: user.id, on: stream.id)
    room.keep(standing, of: user.id)
    return standing
  }

  /// Answers a request for `status`.
  func sendStatus(to connection: Connection) {
    guard let room = rooms[connection.stream], var standing = standing(of: connection.user, in: room) else { return }
    // Who asks gets to know what is the matter right now, also what may be put right before others are told.
    standing.problems = problems(health.present, of: connection.user, on: connection.stream)
    connection.told = standing
    connection.send(status(standing))
  }

  /// Something about these streams may have changed: tells those for whom it did, soon.
  func statusMayHaveChanged(of streams: some Sequence<StreamID>) {
    for stream in streams {
      guard statusTimers[stream] == nil, let room = rooms[stream], room.isWatched else { continue }
      let earliest = room.lastStatusPush.map { $0 + Self.statusPause - .now } ?? .zero
      statusTimers[stream] = loop.schedule(after: max(Self.statusDelay, earliest)) { self.pushStatus(in: room) }
    }
  }

  private func pushStatus(in room: Room) {
    for user in room.users {
      guard let standing = standing(of: user, in: room) else { continue }
      let present = problems(health.present, of: user, on: room.stream)
      let behind = room.connections(of: user).filter { $0.told.map { !$0.says(standing, or: present) } ?? true }
      if behind.isEmpty { continue }
      room.lastStatusPush = .now
      let message = status(standing).encoded()
      for connection in behind {
        connection.told = standing
        connection.send(encoded: message)
      }
    }
    statusTimers[room.stream] = nil
  }

  private func status(_ standing: Standing) -> StatusMessage {
    var titles: [AccountID: ChannelTitle] = [:]
    for entry in standing.entries where entry.url != nil {
      guard let account = directory.accounts[entry.id] else { continue }
      titles[entry.id] = liveStates.title(of: account.twitchUser)
    }
    return StatusMessage(standing: standing, titles: titles)
  }
}
