// Temporary skeleton while the target is being written: signatures are final, bodies follow.
public import FoundationEssentials
public import HTTPTypes
public import Logging

public enum EventLoopError: Error, CustomStringConvertible, Sendable {
  case contextNotCreated(String)
  public var description: String { "" }
}

public final class EventLoop: SerialExecutor, @unchecked Sendable {
  public init(logger: Logger) throws(EventLoopError) { fatalError() }
  public func enqueue(_ job: consuming ExecutorJob) { fatalError() }
  public func checkIsolated() {}
  public func stop() async {}
  public func schedule(after delay: Duration, _ action: @escaping () -> Void) -> Timer { fatalError() }
  public func sleep(for delay: Duration) async throws(CancellationError) { fatalError() }
}

public final class Timer {
  public func cancel() {}
}

public struct Query: Sendable {
  public var items: [(name: String, value: String)] { [] }
  public subscript(name: String) -> String? { nil }
  public func all(_ name: String) -> [String] { [] }
  public init(form: String) {}
}

public struct Request: Sendable {
  public var method: HTTPRequest.Method
  public var path: String
  public var query: Query
  public var headers: HTTPFields
  public var body: Data
  public var remoteAddress: String
  public var scheme: String
  public var authority: String
}

public struct Response: Sendable {
  public var status: HTTPResponse.Status
  public var headers: HTTPFields
  public var body: Data
  public init(_ status: HTTPResponse.Status, headers: HTTPFields = [:], body: Data = Data()) { fatalError() }
  public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response { fatalError() }
  public static func json(_ body: Data, status: HTTPResponse.Status = .ok) -> Response { fatalError() }
}

public enum Upgrade {
  case refuse(Response)
  case accept((WebSocket) -> Void)
}

public enum ServerError: Error, CustomStringConvertible, Sendable {
  case addressInUse(host: String, port: Int)
  case cannotListen(host: String, port: Int, reason: String)
  case badCertificate(String)
  public var description: String { "" }
}

public final class Server {
  public struct Configuration: Sendable {
    public var host = "127.0.0.1"
    public var port = 0
    public var certificate: (certificatePath: String, keyPath: String)?
    public var basePath = ""
    public var trustedProxies: [String] = []
    public var maximumBodySize = 1 << 20
    public var requestTimeout: Duration = .seconds(10)
    public var maximumMessageSize = 64 << 10
    public var pings: (interval: Duration, timeout: Duration)? = (.seconds(25), .seconds(10))
    public init() {}
  }
  public let port: Int
  public init(
    _ configuration: Configuration, on loop: EventLoop,
    respond: @escaping @Sendable (Request) async -> Response?,
    upgrade: @escaping (Request) -> Upgrade
  ) throws(ServerError) { fatalError() }
  public func stop() {}
}

public enum ConnectError: Error, CustomStringConvertible, Sendable {
  case badURL(String)
  case unreachable(String)
  case refused(status: Int)
  case timedOut
  public var description: String { "" }
}

public struct Closure: Error, Hashable, Sendable {
  public var code: UInt16
  public var reason: String
}

public enum Message: Sendable, Equatable {
  case text([UInt8])
  case binary([UInt8])
}

public final class WebSocket {
  public static func connect(to url: String, on loop: EventLoop, timeout: Duration = .seconds(10))
    async throws(ConnectError) -> WebSocket
  { fatalError() }
  public func receive() async -> Message? { nil }
  public var closure: Closure? { nil }
  public func send(_ text: String) {}
  public func send(bytes: [UInt8]) {}
  public var queuedBytes: Int { 0 }
  public func follow(_ log: FrameLog) {}
  public func close(_ code: UInt16 = 1000, _ reason: String = "") {}
  public func abort() {}
  public func ping() {}
  public var onPong: (() -> Void)?
  public var remoteAddress: String { "" }
}

public final class FrameLog {
  public init(capacity bytes: Int = 4 << 20) {}
  public func append(_ text: [UInt8]) {}
}

public enum HTTPClientError: Error, CustomStringConvertible, Sendable {
  case badURL(String)
  case unreachable(String)
  case unanswered(String)
  case tooLarge(limit: Int)
  public var description: String { "" }
}

public final class HTTPClient {
  public init(on loop: EventLoop, userAgent: String = "chat-relay", connectionsPerOrigin: Int = 8) { fatalError() }
  public func send(
    _ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], body: Data? = nil,
    timeout: Duration = .seconds(10), maximumBodySize: Int = 4 << 20
  ) async throws(HTTPClientError) -> Response { fatalError() }
}
