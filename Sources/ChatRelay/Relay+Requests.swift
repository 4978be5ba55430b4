import FoundationEssentials
import Logging
import Storage
import Twitch

/// What clients ask for. Nothing here waits: a connection's next request is read at once.
extension Relay {
  func answer(_ request: ClientRequest, on connection: Connection) {
    guard connection.mayAsk(at: .now) else {
      connection.refuse(RequestError(.rateLimited, "Too many requests; goodbye."), request.reference)
      return connection.close(.policyViolation, "too many requests")
    }
    do throws(RequestError) {
      switch try request.action.get() {
      case .status: sendStatus(to: connection)
      case .viewCount: sendViewCounts(to: connection)
      case .writer(let route): try makeWriter(route, for: connection)
      case .send(let draft): try send(draft, request.reference, from: connection)
      }
    } catch {
      connection.refuse(error, request.reference)
    }
  }

  private func makeWriter(_ route: Route, for connection: Connection) throws(RequestError) {
    if route == .internalChat {
      // Everyone's own identity is always ready.
      try permissions.mayWrite(connection.user, on: connection.stream)
    } else {
      _ = try writer(route, for: connection)
    }
    let result = WriterResult(route: route).encoded()
    for peer in rooms[connection.stream]?.connections(of: connection.user) ?? [] { peer.send(encoded: result) }
  }

  private func send(
    _ draft: Draft, _ request: RequestReference, from connection: Connection
  ) throws(RequestError) {
    switch draft.destination {
    case .channel(let route):
      let submission = Submission(draft: draft, route: route, request: request, connection: connection)
      try writer(route, for: connection).submit(submission, on: self)
    case .room:
      try say(draft, to: nil, request, from: connection)
    case .user(let name):
      guard let user = directory.user(named: name) else {
        throw RequestError(.unknownUser, "There is no user of that name here.")
      }
      try say(draft, to: user, request, from: connection)
    }
  }

  /// Finds or makes the writer for a route, if the one who asks may have it right now.
  private func writer(_ route: Route, for connection: Connection) throws(RequestError) -> Writer {
    guard !isStopping else { throw .stopping }
    let (sender, target) = try permissions.writer(route, for: connection.user, on: connection.stream)
    guard isOpenForChat(connection.stream) else { throw RequestError(.notLive, "Nobody is live on this stream.") }
    guard canSend(sender), let keeper = senders[sender.id] else { throw .accountUnusable }
    if let writer = writers[route] { return writer }
    let writer = Writer(
      route, sender: keeper, channel: target.twitchUser, surroundings(of: route))
    writers[route] = writer
    return writer
  }

  private func surroundings(of route: Route) -> Writer.Surroundings {
    Writer.Surroundings(
      helix: helix, loop: loop, longestWait: configuration.longestWait,
      echoPatience: configuration.echoPatience,
      permit: { submission throws(RequestError) in try self.permit(submission) },
      onSent: { ticket, writer, id, counts in
        self.remember(ticket, of: writer.sender.twitchUser, in: writer.channel, as: id, counts: counts)
      },
      onOutcome: { outcome, time in
        self.metrics.sent(outcome, after: time)
        self.note(outcome, on: route)
      },
      onRefusedToken: { sender in Task { await self.validate(sender) } })
  }

  /// What others decide is told to whoever asked, and counted; that Twitch does not say what it did is for the log, too.
  private func note(_ outcome: Submission.Outcome, on route: Route) {
    guard case .failed(let error) = outcome, error.code == .outcomeUnknown else { return }
    logger.warning(
      "Twitch did not say what became of a line",
      metadata: ["account": "\(route.sender)", "channel": "\(route.target)"])
  }

  /// Whether a line that was taken on may leave: meanwhile a share may have been withdrawn, an account removed, a token revoked.
  private func permit(_ submission: Submission) throws(RequestError) {
    guard directory.user(with: submission.token)?.id == submission.user else {
      throw RequestError(.notPermitted, "You are not signed in any more.")
    }
    let (sender, _) = try permissions.writer(submission.route, for: submission.user, on: submission.stream)
    guard canSend(sender) else { throw .accountUnusable }
  }

  /// Says something on the internal chat: in this stream's room, or to every connection of two users.
  private func say(
    _ draft: Draft, to recipient: User?, _ request: RequestReference, from connection: Connection
  ) throws(RequestError) {
    try permissions.mayWrite(connection.user, on: connection.stream)
    guard let author = directory.users[connection.user] else { return }
    let line = InternalLine(
      id: UUID().uuidString.lowercased(), style: draft.style, from: author, to: recipient, text: draft.text,
      time: Timestamp(.now))
    if let recipient {
      for room in rooms(readableBy: [author.id, recipient.id]) { room.publish(line) }
    } else {
      rooms[connection.stream]?.publish(line)
    }
    Submission(draft: draft, route: .internalChat, request: request, connection: connection)
      .report(.sent(MessageID(line.id)))
  }

  /// Where any of these users may be, now or when they come back.
  private func rooms(readableBy users: Set<UserID>) -> [Room] {
    rooms.values.filter { room in users.contains { directory.chatLevel(of: $0, in: room.stream) >= .read } }
  }

  private var permissions: Permissions { Permissions(directory: directory) }
}
