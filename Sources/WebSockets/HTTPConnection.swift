import CLibWebSockets
import HTTPTypes

/// One connection to a web server, with at most one request on it.
@safe final class HTTPConnection: ConnectionHandler {
  enum Event {
    /// The answer is whole; the connection can take the next request.
    case idle
    /// The connection is gone; `retry` is a request that it took along and that is safe to send again.
    case closed(retry: HTTPCall?)
  }

  let connection: Connection
  let origin: Address.Origin
  private let report: (HTTPConnection, Event) -> Void
  private var call: HTTPCall?
  private var parser = ResponseParser(method: .get, maximumBodySize: 0)
  private var tls: TLSSession?
  private var output: [UInt8] = []
  private var answers = 0
  private var isConnected = false
  private var isCondemned = false
  private var isOver = false
  private var idleTimer: Timer?
  /// Addresses that are still to be tried.
  private var addresses: [String] = []

  private static let pieceSize = 64 << 10
  /// Servers close idle connections after a minute or so; we do it first, so that no request runs into that.
  private static let idleTime: Duration = .seconds(20)

  init(
    on loop: EventLoop, origin: Address.Origin, report: @escaping (HTTPConnection, Event) -> Void
  ) {
    self.origin = origin
    self.report = report
    connection = Connection(on: loop)
  }

  private var wsi: OpaquePointer? { unsafe connection.wsi }

  var isUsable: Bool { isConnected && !isCondemned && !isOver }

  /// Hangs up at a later turn of the loop; until then nothing may be sent on it any more.
  func condemn() {
    isCondemned = true
    connection.kill()
  }

  // MARK: Connecting

  func dial(_ address: Address, ips: [String], for call: HTTPCall) {
    self.call = call
    call.connection = self
    addresses = ips
    dialNext(because: "no address for \(origin.host)")
  }

  private func dialNext(because reason: String) {
    guard let call, !call.isDone, !addresses.isEmpty else {
      call?.finish(.failure(.unreachable(reason)))
      return end(retry: nil)
    }
    let share = Dialing.share(until: call.deadline, among: addresses.count)
    let ip = addresses.removeFirst()
    if !Dialing.start(connection, self, to: call.address, at: ip, within: share), !isOver, unsafe wsi == nil {
      dialNext(because: "no connection to \(ip) port \(origin.port)")
    }
  }

  // MARK: Requests

  func begin(_ call: HTTPCall) {
    idleTimer = nil
    self.call = call
    call.connection = self
    parser = ResponseParser(method: call.method, maximumBodySize: call.maximumBodySize)
    do throws(TLSSession.Failure) {
      try tls?.seal(call.bytes)
    } catch {
      // Not one byte of it has left; the closing callback says so.
      return condemn()
    }
    output += tls?.takeOutput() ?? call.bytes
    connection.requestWritable()
  }

  // MARK: Callbacks

  func handle(_ reason: lws_callback_reasons, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    switch reason {
    case LWS_CALLBACK_RAW_CONNECTED: connected()
    case LWS_CALLBACK_RAW_WRITEABLE: writable()
    case LWS_CALLBACK_RAW_RX: unsafe received(bytes)
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: unsafe failed(bytes)
    case LWS_CALLBACK_RAW_CLOSE, LWS_CALLBACK_WSI_DESTROY: ended()
    default: 0
    }
  }

  private func connected() -> Int32 {
    isConnected = true
    if let wsi = unsafe wsi {
      SocketOptions.sendAtOnce(unsafe lws_get_socket_fd(wsi))
      unsafe lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0)
    }
    guard let call, !call.isDone else { return -1 }
    guard origin.isSecure else {
      begin(call)
      return 0
    }
    tls = TLSSession(host: origin.host)
    return shakeHands()
  }

  /// Takes a TLS handshake one step further.
  private func shakeHands() -> Int32 {
    guard let tls else { return refuse("no TLS for this host") }
    do throws(TLSSession.Failure) {
      try tls.shakeHands()
    } catch {
      return refuse("TLS: \(error.reason)")
    }
    output += tls.takeOutput()
    connection.requestWritable()
    return 0
  }

  private func refuse(_ reason: String) -> Int32 {
    call?.finish(.failure(call?.isSent == true ? .unanswered(reason) : .unreachable(reason)))
    return -1
  }

  private func writable() -> Int32 {
    guard let wsi = unsafe wsi, !output.isEmpty else { return 0 }
    if let call {
      guard !call.isDone else { return -1 }
      call.isSent = call.isSent || tls?.isReady ?? true
    }
    let piece = Array(output.prefix(Self.pieceSize))
    output.removeFirst(piece.count)
    if !output.isEmpty { connection.requestWritable() }
    return unsafe Writing.write(piece, to: wsi, as: LWS_WRITE_HTTP)
  }

  private func received(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    guard let tls else { return answered(unsafe Array(bytes)) }
    let wasReady = tls.isReady
    let opened: [UInt8]
    do throws(TLSSession.Failure) {
      opened = try tls.open(unsafe Array(bytes))
    } catch {
      return refuse("TLS: \(error.reason)")
    }
    output += tls.takeOutput()
    if !output.isEmpty { connection.requestWritable() }
    if tls.isReady && !wasReady {
      guard let call, !call.isDone else { return -1 }
      begin(call)
    }
    let result = opened.isEmpty ? 0 : answered(opened)
    // After the server's goodbye nothing more comes, though it may wait for our end of the connection before it closes its own.
    return tls.isOver ? -1 : result
  }

  private func answered(_ bytes: [UInt8]) -> Int32 {
    // Nobody asked: whatever this is, the connection is of no use any more.
    guard let call, call.isSent else { return -1 }
    do throws(ResponseParser.Failure) {
      try parser.receive(bytes)
    } catch {
      switch error {
      case .malformed(let what): call.finish(.failure(.unanswered("not HTTP: \(what)")))
      case .tooLarge(let limit): call.finish(.failure(.tooLarge(limit: limit)))
      }
      return -1
    }
    guard let response = parser.result else { return 0 }
    return complete(call, response)
  }

  private func complete(_ call: HTTPCall, _ response: Response) -> Int32 {
    self.call = nil
    answers += 1
    call.finish(.success(response))
    guard parser.canReuseConnection, !isCondemned, tls?.isOver != true else { return -1 }
    idleTimer = connection.loop.schedule(after: Self.idleTime) { [weak self] in self?.condemn() }
    report(self, .idle)
    return 0
  }

  private func failed(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    let reason = unsafe String(decoding: bytes, as: UTF8.self)
    connection.detach()
    dialNext(because: reason.isEmpty ? "connection refused" : reason)
    return 0
  }

  private func ended() -> Int32 {
    guard !isOver else { return 0 }
    connection.detach()
    guard let call, !call.isDone else {
      end(retry: nil)
      return 0
    }
    parser.close()
    if let response = parser.result {
      call.finish(.success(response))
      end(retry: nil)
    } else if canRetry(call) {
      call.mayRetry = false
      call.isSent = false
      end(retry: call)
    } else {
      call.finish(
        .failure(
          call.isSent ? .unanswered("the connection broke") : .unreachable("the connection broke")))
      end(retry: nil)
    }
    return 0
  }

  /// A kept connection may have been closed by the server just as we began: nothing came back then, and a request that
  /// changes nothing when repeated, or that did not leave, goes out once more.
  private func canRetry(_ call: HTTPCall) -> Bool {
    guard call.mayRetry, answers > 0, !parser.hasBegun else { return false }
    return !call.isSent || [.get, .head, .put, .delete].contains(call.method)
  }

  private func end(retry: HTTPCall?) {
    guard !isOver else { return }
    isOver = true
    idleTimer = nil
    call = nil
    report(self, .closed(retry: retry))
  }
}
