import CLibWebSockets

/// Opens outgoing connections: TCP, over which `HTTPConnection` and `ClientStream` do TLS and the rest.
enum Dialing {
  /// Gets ready for connections to a host: with what TLS needs, and with the host's addresses in the order in which they should be
  /// tried.
  static func addresses(of origin: Address.Origin) async -> [String] {
    if origin.isSecure { await TLSSession.prepare() }
    return await Resolver.addresses(of: origin.host)
  }

  /// What one of so many addresses gets of the time that is left, so that one that swallows packets does not take it all.
  static func share(until deadline: ContinuousClock.Instant, among count: Int) -> Duration {
    let left = max(deadline - .now, .seconds(1))
    return min(left, max(left / count, .seconds(2)))
  }

  /// Starts one connection attempt to one IP address. What comes of it arrives at `connection` as callbacks.
  ///
  /// - Parameter limit: How long it may take until there is a connection, in whole seconds.
  /// - Returns: whether the attempt is under way; if not, `connection` has been told already or never will be.
  static func start(
    _ connection: Connection, _ handler: any ConnectionHandler, to address: Address, at ip: String,
    within limit: Duration
  ) -> Bool {
    let loop = connection.loop
    guard let context = unsafe loop.context else { return false }
    let owner = unsafe Unmanaged.passRetained(connection)
    defer { unsafe owner.release() }
    return unsafe ip.withCString { ip in
      unsafe "chat-relay".withCString { name in
        unsafe "RAW".withCString { raw in
          var info = unsafe lws_client_connect_info()
          unsafe info.context = unsafe context
          unsafe info.vhost = loop.clientHost
          unsafe info.address = ip
          unsafe info.port = Int32(address.origin.port)
          // libwebsockets wants a name; TLS is not its business here.
          unsafe info.host = ip
          unsafe info.method = raw
          unsafe info.local_protocol_name = name
          unsafe info.opaque_user_data = owner.toOpaque()
          guard let wsi = unsafe lws_client_connect_via_info(&info) else { return false }
          unsafe connection.attach(to: wsi, handler: handler)
          let seconds = Int32(clamping: limit.wholeSeconds)
          unsafe lws_set_timeout(wsi, PENDING_TIMEOUT_AWAITING_CONNECT_RESPONSE, seconds)
          return true
        }
      }
    }
  }
}

extension WebSocket {
  /// Opens a WebSocket to a `ws://` or `wss://` URL, path and query as given.
  ///
  /// The addresses of the host are tried one after another within `timeout`. A longer message than `maximumMessageSize`
  /// closes the connection with 1009. On the loop's actor only.
  public static func connect(
    to url: String, on loop: EventLoop, timeout: Duration = .seconds(10), maximumMessageSize: Int = 4 << 20
  ) async throws(ConnectError) -> WebSocket {
    guard let address = Address(url) else { throw .badURL }
    let deadline = ContinuousClock.now + timeout
    let ips = await Dialing.addresses(of: address.origin)
    return try await connect(to: address, at: ips, on: loop, until: deadline, maximumMessageSize)
  }

  static func connect(
    to address: Address, at ips: [String], on loop: EventLoop, until deadline: ContinuousClock.Instant,
    _ maximumMessageSize: Int
  ) async throws(ConnectError) -> WebSocket {
    var failure = ConnectError.unreachable("no address for \(address.origin.host)")
    for (place, ip) in ips.enumerated() {
      guard ContinuousClock.now < deadline else { throw .timedOut }
      let share = Dialing.share(until: deadline, among: ips.count - place)
      switch await attempt(address, at: ip, on: loop, within: share, until: deadline, maximumMessageSize) {
      case .success(let webSocket): return webSocket
      case .failure(.unreachable(let reason)): failure = .unreachable(reason)
      case .failure(let error): throw error
      }
    }
    throw failure
  }

  private static func attempt(
    _ address: Address, at ip: String, on loop: EventLoop, within share: Duration,
    until deadline: ContinuousClock.Instant, _ maximumMessageSize: Int
  ) async -> Result<WebSocket, ConnectError> {
    let result = await withCheckedContinuation { continuation in
      let attempt = Attempt(continuation)
      let webSocket = WebSocket(
        on: loop, phase: .connecting(attempt.finish),
        client: ClientStream(address, maximumMessageSize: maximumMessageSize), maximumMessageSize: maximumMessageSize)
      attempt.timer = loop.schedule(after: ContinuousClock.now.duration(to: deadline)) {
        webSocket.phase = .closed
        webSocket.connection.kill()
        attempt.finish(.failure(.timedOut))
      }
      if !Dialing.start(webSocket.connection, webSocket, to: address, at: ip, within: share) {
        attempt.finish(.failure(.unreachable("no connection to \(ip) port \(address.origin.port)")))
      }
    }
    return result.value
  }
}

/// Somebody waits for one connection attempt; the first result counts.
private final class Attempt {
  var timer: Timer?
  private var continuation: CheckedContinuation<OnLoop<Result<WebSocket, ConnectError>>, Never>?

  init(_ continuation: CheckedContinuation<OnLoop<Result<WebSocket, ConnectError>>, Never>) {
    self.continuation = continuation
  }

  func finish(_ result: Result<WebSocket, ConnectError>) {
    timer = nil
    continuation?.resume(returning: OnLoop(result))
    continuation = nil
  }
}
