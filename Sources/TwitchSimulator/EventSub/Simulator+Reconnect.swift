import WebSockets

/// The reconnect that Twitch asks for: a new socket takes over a session while the old one still delivers.
extension Simulator {
  /// Sends `session_reconnect`. The address is one that works, unless another one is given.
  public func requestReconnect(_ which: String, url: String? = nil) throws(SimulatorError) {
    for session in try findSessions(which) {
      let challenge = mint.uuid()
      session.challenge = challenge
      let own = "\(eventSubURL)?challenge=\(challenge)&id=\(session.id)"
      session.send(
        SessionFrame.reconnect(session, url: url ?? own, id: mint.uuid(), at: deadlines.wall).text, at: deadlines.now)
      record("socket.reconnect", ["session": session.id.rawValue])
      deadlines.after(behavior.reconnectSeconds) { self.endGrace(session, challenge) }
    }
  }

  /// Closes the old socket when it did not move, or moved and was left open.
  private func endGrace(_ session: Session, _ challenge: String) {
    if let old = session.retiring {
      session.retiring = nil
      old.close(4004, CloseCode.reason(4004))
    }
    guard session.challenge == challenge, let socket = session.socket else { return }
    close(session, socket, 4004, status: "websocket_failed_to_reconnect")
  }

  /// Lets a new socket take over; 4007 when the challenge is unknown or used, or the old socket is gone already.
  func move(_ webSocket: WebSocket, _ query: Query) -> Session? {
    guard let session = sessions[Identifier(query["id"] ?? "")], session.isConnected,
      let challenge = session.challenge, query["challenge"] == challenge
    else {
      webSocket.close(4007, CloseCode.reason(4007))
      return nil
    }
    counts.socketsOpened += 1
    session.challenge = nil
    return behavior.newSessionOnReconnect ? moveToNewSession(webSocket, session) : take(over: session, with: webSocket)
  }

  private func take(over session: Session, with webSocket: WebSocket) -> Session {
    session.retiring = session.socket
    session.socket = webSocket
    session.connectedAt = deadlines.wall
    session.isAwaitingPong = false
    record("socket.moved", ["session": session.id.rawValue, "from": session.id.rawValue])
    if behavior.sendsWelcome { later(behavior.welcomeDelaySeconds) { self.welcome(session) } }
    return session
  }

  /// As the official mock does: a new id, which the client has to assign to the shard; the old socket lives until closed.
  private func moveToNewSession(_ webSocket: WebSocket, _ old: Session) -> Session {
    lastSession += 1
    let session = Session(
      id: Identifier(mint.sessionID()), number: lastSession, socket: webSocket, keepalive: old.keepalive,
      now: deadlines.wall)
    sessions[session.id] = session
    for subscription in subscriptionStore.all where subscription.transport.target == old.id.rawValue {
      session.isUsed = true
      subscriptionStore.change(subscription.id) {
        $0.transport = .webSocket(session.id, connectedAt: session.connectedAt)
      }
    }
    record("socket.moved", ["session": session.id.rawValue, "from": old.id.rawValue])
    if behavior.sendsWelcome { later(behavior.welcomeDelaySeconds) { self.welcome(session) } }
    closeWhenUnused(session)
    deadlines.after(behavior.reconnectSeconds) {
      guard let socket = old.socket else { return }
      self.close(old, socket, 4004, status: "websocket_failed_to_reconnect")
    }
    return session
  }
}
