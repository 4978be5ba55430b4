import CLibWebSockets

/// Opens outgoing connections: TCP, TLS with the certificate and host name checked against the system's CAs, and for a
/// WebSocket its handshake.
enum Dialing {
  enum Kind {
    case webSocket
    /// Bytes: what `HTTPClient` speaks HTTP over.
    case raw
  }

  /// Starts one connection attempt to one IP address. What comes of it arrives at `connection` as callbacks.
  ///
  /// - Returns: whether the attempt is under way; if not, `connection` has been told already or never will be.
  static func start(
    _ connection: Connection, _ handler: any ConnectionHandler, _ kind: Kind, to address: Address,
    at ip: String
  ) -> Bool {
    let loop = connection.loop
    guard let context = unsafe loop.context else { return false }
    let owner = unsafe Unmanaged.passRetained(connection)
    defer { unsafe owner.release() }
    return unsafe withCStrings([ip, address.target, address.origin.authority, address.origin.host]) { strings in
      var info = unsafe lws_client_connect_info()
      unsafe info.context = unsafe context
      unsafe info.vhost = loop.clientHost
      unsafe info.address = strings[0]
      unsafe info.port = Int32(address.origin.port)
      unsafe info.path = strings[1]
      // For the Host header; TLS takes the name in it for SNI and for the check of the certificate, without the port.
      unsafe info.host = kind == .raw ? strings[3] : strings[2]
      // A raw connection does TLS itself (see TLSSession).
      let isSecure = address.origin.isSecure && kind == .webSocket
      unsafe info.ssl_connection = isSecure ? Int32(LCCSCF_USE_SSL.rawValue) : 0
      unsafe info.opaque_user_data = owner.toOpaque()
      var wsi: OpaquePointer?
      unsafe withCString("chat-relay", "RAW", "http/1.1") { name, raw, alpn in
        unsafe info.local_protocol_name = name
        unsafe info.alpn = alpn
        if kind == .raw { unsafe info.method = raw }
        unsafe wsi = lws_client_connect_via_info(&info)
      }
      guard let wsi = unsafe wsi else { return false }
      unsafe connection.attach(to: wsi, handler: handler)
      return true
    }
  }

  private static func withCString(
    _ first: String, _ second: String, _ third: String,
    _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void
  ) {
    unsafe first.withCString { first in
      unsafe second.withCString { second in
        unsafe third.withCString { third in unsafe body(first, second, third) }
      }
    }
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafePointer<CChar>]) -> Result
  ) -> Result {
    func lend(_ index: Int, _ lent: [UnsafePointer<CChar>]) -> Result {
      guard index < strings.count else { return unsafe body(lent) }
      return unsafe strings[index].withCString { unsafe lend(index + 1, lent + [$0]) }
    }
    return unsafe lend(0, [])
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
    var failure = ConnectError.unreachable("no address for \(address.origin.host)")
    for ip in await Resolver.addresses(of: address.origin.host) {
      guard ContinuousClock.now < deadline else { throw .timedOut }
      switch await attempt(address, at: ip, on: loop, until: deadline, maximumMessageSize) {
      case .success(let webSocket): return webSocket
      case .failure(.unreachable(let reason)): failure = .unreachable(reason)
      case .failure(let error): throw error
      }
    }
    throw failure
  }

  private static func attempt(
    _ address: Address, at ip: String, on loop: EventLoop, until deadline: ContinuousClock.Instant,
    _ maximumMessageSize: Int
  ) async -> Result<WebSocket, ConnectError> {
    let result = await withCheckedContinuation { continuation in
      let attempt = Attempt(continuation)
      let webSocket = WebSocket(
        on: loop, phase: .connecting(attempt.finish), isClient: true,
        maximumMessageSize: maximumMessageSize,
        address: ip)
      attempt.timer = loop.schedule(after: ContinuousClock.now.duration(to: deadline)) {
        webSocket.phase = .closed
        webSocket.connection.kill()
        attempt.finish(.failure(.timedOut))
      }
      if !Dialing.start(webSocket.connection, webSocket, .webSocket, to: address, at: ip) {
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
