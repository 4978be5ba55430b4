import HTTPTypes
import Logging
import Storage
import WebSockets

/// Browsers: who gets in, and what happens until they leave.
extension Relay {
  /// What somebody is told who may not stay.
  static let accessWithdrawn = "you may not read this stream any more"

  /// Decides a WebSocket handshake. Whatever is wrong with it, the answer is the same, so that nobody can probe for streams.
  func upgrade(_ request: Request) -> Upgrade {
    guard !isStopping else { return .refuse(Self.comeBackLater) }
    guard let admission = admit(request) else {
      return .refuse(.text("There is no such stream, or you may not read it.\n", status: .forbidden))
    }
    let resumption: Resumption
    do throws(RequestError) {
      resumption = try Resumption(request.query)
    } catch {
      return .refuse(.text(error.message + "\n", status: .badRequest))
    }
    return .accept { socket in
      let connection = Connection(
        socket, user: admission.user, stream: admission.stream, token: admission.token, at: .now)
      self.serve(connection, from: resumption)
    }
  }

  /// Who comes in with a handshake, and where to.
  private func admit(_ request: Request) -> (user: UserID, stream: StreamID, token: AccessToken)? {
    guard let id = Self.streamID(inPath: request.path), let text = request.query["token"],
      Origin.isAllowed(request, configuration)
    else { return nil }
    let token = AccessToken(text)
    guard let user = directory.user(with: token), directory.chatLevel(of: user.id, in: id) >= .read else { return nil }
    return (user.id, id, token)
  }

  /// Reads `/ws/:id`.
  static func streamID(inPath path: String) -> StreamID? {
    guard path.hasPrefix("/ws/") else { return nil }
    return Int64(path.dropFirst(4)).map { StreamID(rawValue: $0) }
  }

  /// Everything that happens on one connection, from hello to goodbye. No script: there are thousands, and most never say a word.
  private func serve(_ connection: Connection, from resumption: Resumption) {
    guard let room = join(connection, from: resumption) else {
      return connection.close(.policyViolation, Self.accessWithdrawn)
    }
    metrics.opened()
    // Whoever was let in just before the end may have missed the goodbye.
    if isStopping { sayGoodbye(to: [connection]) }
    connection.receive { message in
      switch message {
      case .text(let frame)?: self.answer(ClientRequest(frame), on: connection)
      case .binary?: connection.close(.unsupportedData, "text frames only")
      case nil:
        room.leave(connection)
        self.metrics.closed(connection.closeCode)
        if connection.closeCode == CloseCode.tryAgainLater.rawValue { self.noteSlowness(of: connection) }
      }
    }
  }

  /// Hundreds may be slow at once: the metrics count them, and the log has one of each minute.
  private func noteSlowness(of connection: Connection) {
    guard slownessTold.map({ .now - $0 > .seconds(60) }) ?? true else { return }
    slownessTold = .now
    logger.warning(
      "A client reads too slowly and was closed; more within a minute are not logged",
      metadata: ["stream": "\(connection.stream)", "user": "\(connection.user)"])
  }

  private func join(_ connection: Connection, from resumption: Resumption) -> Room? {
    // Something may have changed since the handshake.
    guard mayStay(connection), let room = rooms[connection.stream] else { return nil }
    room.join(connection)
    connection.told = standing(of: connection.user, in: room)
    lookSoon(for: room)
    wantBadges(for: room)
    bringUpToDate(connection, in: room, from: resumption)
    return room
  }

  /// Whether whoever is connected may still be where they are.
  func mayStay(_ connection: Connection) -> Bool {
    directory.user(with: connection.token)?.id == connection.user
      && directory.chatLevel(of: connection.user, in: connection.stream) >= .read
  }
}
