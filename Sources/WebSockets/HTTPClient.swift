public import FoundationEssentials
public import HTTPTypes

/// Sends HTTP requests and keeps connections open for the next ones.
///
/// Not sendable: it belongs to the actor on its event loop. Each origin gets up to `connectionsPerOrigin` connections,
/// one request on each at a time, so that a slow answer holds up nobody; requests beyond that wait in order, and their
/// time-out runs. It speaks HTTP/1.1 over libwebsockets' raw connections: the library's own HTTP client cannot be told
/// which connection to reuse (docs/architecture.md).
@safe public final class HTTPClient {
  private let loop: EventLoop
  private let userAgent: String
  private let connectionsPerOrigin: Int
  private var pools: [Address.Origin: Pool] = [:]

  private struct Pool {
    var idle: [HTTPConnection] = []
    var count = 0
    var waiting: [HTTPCall] = []
  }

  /// Makes a client without connections.
  public init(on loop: EventLoop, userAgent: String = "chat-relay", connectionsPerOrigin: Int = 8) {
    self.loop = loop
    self.userAgent = userAgent
    self.connectionsPerOrigin = connectionsPerOrigin
  }

  /// A client on the same loop that has connections of its own, so that neither waits behind the other's requests.
  public func sibling() -> HTTPClient {
    HTTPClient(on: loop, userAgent: userAgent, connectionsPerOrigin: connectionsPerOrigin)
  }

  /// Sends a request and gives its answer, whatever the status; redirects are not followed.
  ///
  /// - Parameters:
  ///   - url: `http://` or `https://`; path and query go out as given.
  ///   - timeout: for everything, from the look-up of the name to the last byte of the answer.
  ///   - maximumBodySize: bytes that the answer's body may have.
  /// - Throws: `HTTPClientError`, which tells whether the request may have taken effect.
  public func send(
    _ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], body: Data? = nil,
    timeout: Duration = .seconds(10), maximumBodySize: Int = 4 << 20
  ) async throws(HTTPClientError) -> Response {
    guard let address = Address(url) else { throw .badURL }
    let bytes = encode(method, address, headers, body)
    let result = await withCheckedContinuation { continuation in
      let call = HTTPCall(
        address: address, bytes: bytes, method: method, maximumBodySize: maximumBodySize,
        deadline: .now + timeout, continuation: continuation)
      call.timer = loop.schedule(after: timeout) { [weak self] in
        self?.timeOut(call, after: timeout)
      }
      start(call)
    }
    return try result.get()
  }

  private func encode(
    _ method: HTTPRequest.Method, _ address: Address, _ headers: HTTPFields, _ body: Data?
  ) -> [UInt8] {
    var head =
      "\(method.rawValue) \(address.target) HTTP/1.1\r\nHost: \(address.origin.authority)\r\n"
    head += "User-Agent: \(userAgent)\r\nAccept: */*\r\n"
    for field in headers { head += "\(field.name.rawName): \(field.value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    if body == nil, [.post, .put, .patch].contains(method) { head += "Content-Length: 0\r\n" }
    return Array((head + "\r\n").utf8) + (body ?? Data())
  }

  // MARK: The pool

  private func start(_ call: HTTPCall) {
    let origin = call.address.origin
    while let connection = pools[origin]?.idle.popLast() {
      if connection.isUsable { return connection.begin(call) }
    }
    guard pools[origin, default: Pool()].count < connectionsPerOrigin else {
      pools[origin, default: Pool()].waiting.append(call)
      return
    }
    pools[origin, default: Pool()].count += 1
    open(call)
  }

  private func open(_ call: HTTPCall) {
    let address = call.address
    let connection = HTTPConnection(on: loop, origin: address.origin) {
      [weak self] connection, event in
      self?.handle(connection, event)
    }
    if !address.origin.isSecure, Resolver.isAddress(address.origin.host) {
      return connection.dial(address, ips: [address.origin.host], for: call)
    }
    let dial = OnLoop((connection, call))
    let loop = loop
    Task {
      let ips = await Dialing.addresses(of: address.origin)
      loop.execute { _ in
        let (connection, call) = dial.value
        connection.dial(address, ips: ips, for: call)
      }
    }
  }

  private func handle(_ connection: HTTPConnection, _ event: HTTPConnection.Event) {
    switch event {
    case .idle:
      if let call = nextWaiting(connection.origin) { return connection.begin(call) }
      pools[connection.origin]?.idle.append(connection)
    case .closed(let retry):
      pools[connection.origin]?.idle.removeAll { $0 === connection }
      pools[connection.origin]?.count -= 1
      if let retry {
        start(retry)
      } else if let call = nextWaiting(connection.origin) {
        start(call)
      }
    }
  }

  private func nextWaiting(_ origin: Address.Origin) -> HTTPCall? {
    while let call = pools[origin]?.waiting.first {
      pools[origin]?.waiting.removeFirst()
      if !call.isDone { return call }
    }
    return nil
  }

  private func timeOut(_ call: HTTPCall, after timeout: Duration) {
    let seconds = timeout.components.seconds
    call.finish(
      .failure(
        call.isSent
          ? .unanswered("none within \(seconds) s")
          : .unreachable("not connected within \(seconds) s")))
    call.connection?.condemn()
  }
}

/// One request under way.
final class HTTPCall {
  let address: Address
  let bytes: [UInt8]
  let method: HTTPRequest.Method
  let maximumBodySize: Int
  let deadline: ContinuousClock.Instant
  var timer: Timer?
  weak var connection: HTTPConnection?
  /// Whether bytes of it have left.
  var isSent = false
  /// Whether it may go out once more when the server closed a kept connection just as it began there; it does so only once.
  var mayRetry = true
  private var continuation: CheckedContinuation<Result<Response, HTTPClientError>, Never>?

  init(
    address: Address, bytes: [UInt8], method: HTTPRequest.Method, maximumBodySize: Int,
    deadline: ContinuousClock.Instant, continuation: CheckedContinuation<Result<Response, HTTPClientError>, Never>
  ) {
    self.address = address
    self.bytes = bytes
    self.method = method
    self.maximumBodySize = maximumBodySize
    self.deadline = deadline
    self.continuation = continuation
  }

  var isDone: Bool { continuation == nil }

  func finish(_ result: Result<Response, HTTPClientError>) {
    timer = nil
    continuation?.resume(returning: result)
    continuation = nil
  }
}
