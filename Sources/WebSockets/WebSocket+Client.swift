import CLibWebSockets

/// What happens at a client's end, which reads and writes bytes instead of messages.
extension WebSocket {
  /// The connection is there, and nothing else.
  func connected() -> Int32 {
    guard let client, let wsi = unsafe wsi else { return -1 }
    // Whoever waits for the connection keeps the time.
    unsafe lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0)
    return carryOut { () throws(ClientStream.Failure) in
      try client.connected()
      return 0
    }
  }

  /// Bytes have come.
  func read(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    guard let client else { return -1 }
    return carryOut { () throws(ClientStream.Failure) in
      unsafe try client.receive(bytes)
      while let event = try client.next() {
        let result = take(event)
        guard result == 0 else { return result }
      }
      return client.isOver ? -1 : 0
    }
  }

  private func take(_ event: ClientStream.Event) -> Int32 {
    switch event {
    case .established: return established()
    case .frame(.message(let message)):
      deliver(message)
      return 0
    case .frame(.ping(let payload)):
      // Of those that come at once, the latest counts (RFC 6455 §5.5.3).
      pong = payload
      hasMoreToWrite()
      return 0
    case .frame(.pong): return ponged()
    case .frame(.close(let payload)): return peerCloses(payload)
    }
  }

  /// Takes a step, after which there may be something to write, or the end.
  private func carryOut(_ step: () throws(ClientStream.Failure) -> Int32) -> Int32 {
    do throws(ClientStream.Failure) {
      let result = try step()
      if client?.hasOutput == true { hasMoreToWrite() }
      return result
    } catch {
      switch error {
      case .notConnected(let error): return failed(error)
      case .wrong(let closure): return object(closure)
      case .broken: return -1
      }
    }
  }

  /// There will be no WebSocket.
  func failed(_ error: ConnectError) -> Int32 {
    guard case .connecting(let done) = phase else { return ended() }
    phase = .closed
    closure = Closure(code: 1006, reason: error.description)
    connection.detach()
    done(.failure(error))
    return -1
  }
}
