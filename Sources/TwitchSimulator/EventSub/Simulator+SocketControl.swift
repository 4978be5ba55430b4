import WebSockets

/// What the control API does to sockets. `which` is a session id, `shard:N` (of any conduit) or `all`.
extension Simulator {
  /// Open sockets, oldest first.
  public func sockets() -> [Socket] {
    sessions.values.sorted { $0.number < $1.number }.map { session in
      Socket(
        session: session.id, welcomed: session.isWelcomed, silent: session.isSilent,
        reconnecting: session.challenge != nil, shards: shardNames(of: session.id), frames: session.frames)
    }
  }

  /// Closes sockets with a code, or resets TCP when that is nil.
  public func dropSockets(_ which: String, code: UInt16?) throws(SimulatorError) {
    for session in try findSessions(which) {
      guard let socket = session.socket else { continue }
      if let code {
        close(session, socket, code, status: CloseCode.shardStatus(code))
      } else {
        lost(session, socket, status: "websocket_network_error")
        socket.abort()
      }
    }
  }

  /// Makes sockets fall silent without closing, or talk again. What is sent meanwhile is lost.
  public func silence(_ which: String, _ silent: Bool = true) throws(SimulatorError) {
    for session in try findSessions(which) {
      session.isSilent = silent
      session.isAwaitingPong = false
    }
    record("socket.silenced", ["which": which])
  }

  /// Sends any text as a frame.
  public func sendFrame(_ text: String, to which: String) throws(SimulatorError) {
    for session in try findSessions(which) { session.send(text, at: deadlines.now) }
  }

  /// The sessions that a name means.
  func findSessions(_ which: String) throws(SimulatorError) -> [Session] {
    if which == "all" { return sessions.values.sorted { $0.number < $1.number } }
    if which.hasPrefix("shard:") {
      let wanted = which.dropFirst("shard:".count)
      let ids = conduitStore.values.flatMap { $0.sessions(ofShard: String(wanted)) }
      let found = ids.compactMap { sessions[$0] }
      if !found.isEmpty { return found }
    } else if let session = sessions[Identifier(which)] {
      return [session]
    }
    throw .unknown(kind: "socket", name: which)
  }
}
