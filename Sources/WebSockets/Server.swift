import CLibWebSockets
import Glibc
import HTTPTypes

/// Listens on one port and serves HTTP and WebSockets there.
///
/// Not sendable: it belongs to the actor on its event loop. Each whole request goes to `respond`, as a task; each
/// WebSocket handshake to `upgrade`, at once. The loop keeps the server until it ends; `stop()` closes the
/// port before that.
@safe public final class Server {
  let loop: EventLoop
  private(set) var configuration: Configuration
  /// The headers to look for that libwebsockets has no token for; one that was asked for twice would have its value twice.
  let customHeaders: Set<HTTPField.Name>
  private(set) var respond: @Sendable (Request) async -> Response?
  let certificate: ServerCertificate?
  private var upgrade: (Request) -> Upgrade
  private var host: OpaquePointer?
  /// libwebsockets shall ping nobody.
  let idlePolicy: UnsafeMutablePointer<lws_retry_bo_t>
  private let watch: SilenceWatch?
  private var isAccepting = true
  private var admitted = 0
  /// How many connections were closed at once for want of descriptors, and when the last one was.
  public private(set) var turnedAway = (count: 0, last: ContinuousClock.Instant?.none)
  /// Connections that libwebsockets does not have yet.
  private var headReaders: [ObjectIdentifier: HeadReader] = [:]

  /// The port on which it listens.
  public private(set) var port = 0

  /// Listens. On the loop's actor only.
  ///
  /// - Parameters:
  ///   - respond: answers a request; `nil` closes the connection without an answer. It runs as a task of its own.
  ///   - upgrade: decides on a WebSocket handshake, on the loop's thread; must not wait.
  /// - Throws: `ServerError` when it cannot listen.
  public init(
    _ configuration: Configuration, on loop: EventLoop,
    respond: @escaping @Sendable (Request) async -> Response?,
    upgrade: @escaping (Request) -> Upgrade
  ) throws(ServerError) {
    // Before the rest, because it may throw.
    if let files = configuration.certificate { certificate = try ServerCertificate(files) } else { certificate = nil }
    self.loop = loop
    self.configuration = configuration
    customHeaders = Set(configuration.headerNames + [.xForwardedProto, .xForwardedHost])
    self.respond = respond
    self.upgrade = upgrade
    unsafe idlePolicy = .allocate(capacity: 1)
    unsafe idlePolicy.initialize(to: lws_retry_bo_t())
    watch = configuration.pings.map { SilenceWatch($0, on: loop) }
    let address =
      Resolver.isAddress(configuration.host)
      ? configuration.host : Resolver.lookUp(configuration.host).first
    guard let address else {
      throw .cannotListen(
        host: configuration.host, port: configuration.port, reason: "no address for this name")
    }
    try Self.probe(configuration, at: address)
    guard let host = unsafe makeHost(at: address) else {
      throw .cannotListen(
        host: configuration.host, port: configuration.port, reason: "libwebsockets refused it")
    }
    unsafe self.host = unsafe host
    port = unsafe Int(lws_get_vhost_listen_port(host))
    // libwebsockets may call back with this server until the context is gone, even after its virtual host is.
    loop.keep(self)
  }

  deinit {
    unsafe idlePolicy.deallocate()
  }

  /// Reads the certificate's files again, or from now on others. Handshakes from now on use them; connections that are open
  /// stay as they are. A server without TLS stays without.
  ///
  /// - Throws: `ServerError.badCertificate`, naming the file that cannot be used; the old certificate stays then.
  public func reloadCertificate(_ files: Certificate? = nil) throws(ServerError) {
    guard let certificate, let files = files ?? configuration.certificate else { return }
    try certificate.replace(with: files)
    configuration.certificate = files
  }

  /// Believes these proxies, and no others, from the next request on.
  public func trust(_ proxies: TrustedProxies) {
    configuration.trustedProxies = proxies
  }

  /// Closes the port and every connection that came through it.
  public func stop() {
    isAccepting = false
    headReaders = [:]
    guard let host = unsafe host, unsafe loop.context != nil else { return }
    unsafe self.host = nil
    unsafe lws_vhost_destroy(host)
  }

  /// The loop has ended, and nobody is served any more. What was to be asked may hold whoever holds this server.
  func end() {
    respond = { _ in nil }
    upgrade = { _ in .refuse(Response(.serviceUnavailable)) }
  }

  // MARK: Callbacks of connections that have no object yet

  func handle(_ reason: lws_callback_reasons, _ wsi: OpaquePointer, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    switch reason {
    // The "bytes" are the descriptor of the new socket.
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION: admit(Int(bitPattern: bytes.baseAddress))
    case LWS_CALLBACK_HTTP: unsafe beginExchange(wsi)
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: unsafe confirmUpgrade(wsi)
    case LWS_CALLBACK_RAW_RX: unsafe refuseNoRequest(bytes, wsi)
    default: 0
    }
  }

  /// Whether a new connection may stay. The last descriptors are kept for our own connections and files: with none left,
  /// libwebsockets would try to accept again and again. The system hands out the lowest that is free, so the number
  /// tells how many are left.
  private func mayEnter(_ descriptor: Int) -> Bool {
    isAccepting && descriptor < FileDescriptors.limit - Self.reservedDescriptors
  }

  private static let reservedDescriptors = 48
  /// How many are accepted before the others have their turn.
  private static let acceptBatch = 16

  /// 0 leaves a new socket to libwebsockets, which then accepts the next; 1 makes it close its descriptor, so that a socket
  /// that shall stay is duplicated, and serve the others first.
  ///
  /// Left alone it would accept everybody at once, and each of them has 16 KiB for a head in a list that it searches from one
  /// end: ten thousand browsers that come back together would wait for each other.
  private func admit(_ descriptor: Int) -> Int32 {
    guard mayEnter(descriptor) else { return turnAway() }
    admitted += 1
    guard readsHeads || certificate == nil && admitted.isMultiple(of: Self.acceptBatch) else { return 0 }
    let socket = fcntl(Int32(descriptor), F_DUPFD_CLOEXEC, 0)
    guard socket >= 0 else { return turnAway() }
    if readsHeads { look(at: socket) } else { handOver(socket, []) }
    return 1
  }

  private func turnAway() -> Int32 {
    if isAccepting { turnedAway = (turnedAway.count + 1, .now) }
    return 1
  }

  private func look(at socket: Int32) {
    let reader = HeadReader(socket, on: loop, timeout: configuration.requestTimeout) { [unowned self] reader, outcome in
      headReaders[ObjectIdentifier(reader)] = nil
      if case .open(let head) = outcome { handOver(socket, head) }
    }
    headReaders[ObjectIdentifier(reader)] = reader
  }

  /// Whether each connection's head is read before libwebsockets gets it, which then serves this one request only.
  var readsHeads: Bool {
    guard configuration.allowsManyParameters, certificate == nil else { return false }
    return unsafe loop.evLoop != nil
  }

  private func handOver(_ socket: Int32, _ head: [UInt8]) {
    guard let host = unsafe host else {
      close(socket)
      return
    }
    _ = unsafe head.withUnsafeBytes { head in
      // It closes the socket when it fails.
      unsafe lws_adopt_socket_vhost_readbuf(
        host, socket, head.assumingMemoryBound(to: CChar.self).baseAddress, head.count)
    }
  }

  private func beginExchange(_ wsi: OpaquePointer) -> Int32 {
    guard let request = unsafe request(of: wsi) else {
      _ = unsafe refuse(.get, .text("not a request\n", status: .badRequest), wsi)
      return -1
    }
    let exchange = Exchange(server: self, request: request)
    unsafe exchange.connection.attach(to: wsi, handler: exchange)
    return unsafe exchange.begin(wsi)
  }

  /// What libwebsockets takes for no HTTP, and CONNECT, which it takes for the wish to speak something else.
  private func refuseNoRequest(_ bytes: UnsafeRawBufferPointer, _ wsi: OpaquePointer) -> Int32 {
    let line = unsafe String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    let isRequest = line.split(separator: " ").last?.hasPrefix("HTTP/1.") == true
    let response: Response =
      isRequest
      ? .text("this method is not served here\n", status: .methodNotAllowed)
      : .text("not a request\n", status: .badRequest)
    _ = unsafe refuse(.get, response, wsi)
    return -1
  }

  /// Decides on a handshake. 0 goes on with it; 1 says that an HTTP answer has been given; -1 hangs up.
  private func confirmUpgrade(_ wsi: OpaquePointer) -> Int32 {
    guard let request = unsafe request(of: wsi) else {
      return unsafe refuse(.get, .text("not a request\n", status: .badRequest), wsi)
    }
    guard request.headers[.upgrade]?.lowercased() == "websocket" else { return -1 }
    // RFC 6455 §4.4: say which version would do.
    guard request.headers[.secWebSocketVersion] == "13" else {
      return unsafe refuse(
        request.method, Response(.upgradeRequired, headers: [.secWebSocketVersion: "13", .upgrade: "websocket"]), wsi)
    }
    // libwebsockets would hang up without a word; to go on without one is no better, for that ends it in browsers.
    guard request.headers[.secWebSocketProtocol] == nil else {
      let reason = "no subprotocol is spoken here: leave Sec-WebSocket-Protocol out\n"
      return unsafe refuse(request.method, .text(reason, status: .badRequest), wsi)
    }
    switch below(configuration.basePath, request).map(upgrade)
      ?? .refuse(.text("not found\n", status: .notFound))
    {
    case .refuse(let response):
      return unsafe refuse(request.method, response, wsi)
    case .accept(let handler):
      let webSocket = WebSocket(
        on: loop, phase: .accepted(handler), maximumMessageSize: configuration.maximumMessageSize, watch: watch)
      unsafe webSocket.connection.attach(to: wsi, handler: webSocket)
      return 0
    }
  }

  private func refuse(_ method: HTTPRequest.Method, _ response: Response, _ wsi: OpaquePointer) -> Int32 {
    var bytes = response.encoded(for: method, closing: true)
    _ = unsafe bytes.withUnsafeMutableBufferPointer { unsafe Writing.write($0, to: wsi) }
    return 1
  }

  /// The request with the base path taken off, or `nil` when it is not below that.
  func below(_ basePath: String, _ request: Request) -> Request? {
    guard !basePath.isEmpty else { return request }
    guard request.path == basePath || request.path.hasPrefix(basePath + "/") else { return nil }
    var request = request
    request.path.removeFirst(basePath.count)
    if request.path.isEmpty { request.path = "/" }
    return request
  }
}
