import FoundationEssentials
import WebSockets

/// The life of an EventSub socket, from welcome to goodbye.
extension Simulator {
  func upgrade(_ request: Request) -> Upgrade {
    guard request.path == "/ws" else { return .refuse(HelixFailure.notFound.response) }
    return .accept { webSocket in
      Task { await self.serve(webSocket, request.query) }
    }
  }

  /// Everything that happens on one socket.
  private func serve(_ webSocket: WebSocket, _ query: Query) async {
    let isMove = query["challenge"] != nil || query["id"] != nil
    let session = isMove ? move(webSocket, query) : open(webSocket, keepalive: query["keepalive_timeout_seconds"])
    guard let session else { return }
    while await webSocket.receive() != nil {
      guard webSocket === session.socket || webSocket === session.retiring else { continue }
      // Twitch: the only thing a client may send is a pong.
      close(session, webSocket, 4001, status: "websocket_received_inbound_traffic")
    }
    let isClean = webSocket.closure.map { $0.code != 1006 } ?? false
    lost(session, webSocket, status: isClean ? "websocket_disconnected" : "websocket_network_error")
  }

  private func open(_ webSocket: WebSocket, keepalive: String?) -> Session {
    lastSession += 1
    let seconds = keepalive.flatMap(Double.init).map { Int(min(max($0, 10), 600)) } ?? 10
    let session = Session(
      id: Identifier(mint.sessionID()), number: lastSession, socket: webSocket, keepalive: seconds, now: deadlines.wall)
    sessions[session.id] = session
    counts.socketsOpened += 1
    record("socket.opened", ["session": session.id.rawValue])
    if behavior.sendsWelcome { later(behavior.welcomeDelaySeconds) { self.welcome(session) } }
    closeWhenUnused(session)
    return session
  }

  /// Now, when there is nothing to wait for.
  func later(_ seconds: Double, _ action: @escaping () -> Void) {
    if seconds <= 0 { action() } else { deadlines.after(seconds, action) }
  }

  func welcome(_ session: Session) {
    guard session.isConnected else { return }
    session.isWelcomed = true
    let keepalive = JSON(Data(behavior.welcomeKeepalive.utf8))
    let frame = SessionFrame.welcome(session, keepalive: keepalive, id: mint.uuid(), at: deadlines.wall)
    session.send(frame.text, at: deadlines.now)
    record("socket.welcomed", ["session": session.id.rawValue])
    keepAlive(session)
    schedulePing(session)
  }

  func closeWhenUnused(_ session: Session) {
    deadlines.after(behavior.unusedSocketSeconds + max(0, behavior.welcomeDelaySeconds)) {
      guard !session.isUsed, let socket = session.socket else { return }
      self.close(session, socket, 4003, status: "websocket_connection_unused")
    }
  }

  /// Sends a keepalive whenever the window passed without a frame.
  private func keepAlive(_ session: Session) {
    let silence = deadlines.now - session.lastFrame
    deadlines.cancel(session.nextKeepalive)
    session.nextKeepalive = deadlines.after(max(0.05, Double(session.keepalive) - silence)) {
      guard session.isConnected else { return }
      let now = self.deadlines.now
      if now - session.lastFrame >= Double(session.keepalive) {
        session.send(SessionFrame.keepalive(id: self.mint.uuid(), at: self.deadlines.wall).text, at: now)
        if session.isSilent { session.lastFrame = now }
      }
      self.keepAlive(session)
    }
  }

  /// Pings go by the real clock: an answer takes real time, however the simulated one is moved.
  private func schedulePing(_ session: Session) {
    guard behavior.pingSeconds > 0 else { return }
    session.socket?.onPong = { session.isAwaitingPong = false }
    session.pings = loop.schedule(after: .seconds(behavior.pingSeconds)) {
      guard let socket = session.socket else { return }
      if session.isAwaitingPong, !session.isSilent {
        return self.close(session, socket, 4002, status: "websocket_failed_ping_pong")
      }
      if !session.isSilent {
        session.isAwaitingPong = true
        socket.ping()
      }
      self.schedulePing(session)
    }
  }

  /// Closes a socket from this side; what hangs on it is disabled at once.
  func close(_ session: Session, _ webSocket: WebSocket, _ code: UInt16, status: String) {
    lost(session, webSocket, status: status)
    webSocket.close(code, CloseCode.reason(code))
  }

  /// Takes note that a socket is gone. Only the loss of the one that carries the session has consequences.
  func lost(_ session: Session, _ webSocket: WebSocket, status: String) {
    if webSocket === session.retiring {
      session.retiring = nil
      return record("socket.retired", ["session": session.id.rawValue])
    }
    guard webSocket === session.socket else { return }
    session.socket = nil
    session.pings = nil
    sessions[session.id] = nil
    counts.socketsClosed += 1
    record("socket.closed", ["session": session.id.rawValue, "status": status])
    disableShards(of: session.id, status: status == "websocket_connection_unused" ? "websocket_disconnected" : status)
    for subscription in subscriptionStore.all where subscription.transport.target == session.id.rawValue {
      disable(subscription.id, status: status)
    }
  }
}
