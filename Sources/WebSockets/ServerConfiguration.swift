public import HTTPTypes

extension Server {
  /// The files that make a server speak TLS.
  public struct Certificate: Sendable, Equatable {
    /// The PEM file with the certificate and what signs it.
    public var chainPath: String
    /// The PEM file with the private key.
    public var keyPath: String

    /// Names the two files.
    public init(chainPath: String, keyPath: String) {
      self.chainPath = chainPath
      self.keyPath = keyPath
    }
  }

  /// When a server pings a silent browser, and when it gives up on one that does not answer.
  public struct Pings: Sendable, Equatable {
    /// Seconds of silence before a ping, 1 or more.
    public var interval: Int
    /// Seconds that the answer may take, 1 or more.
    public var timeout: Int

    /// Pings after `interval` seconds and closes `timeout` seconds later.
    ///
    /// Unless told otherwise, late, since pings are nearly all that idle browsers cost, but well within the minute after which nginx
    /// (`proxy_read_timeout`) and other proxies close what is silent.
    public init(interval: Int = 45, timeout: Int = 10) {
      self.interval = interval
      self.timeout = timeout
    }
  }

  /// Where a server listens and what it allows.
  public struct Configuration: Sendable {
    /// An IP address, or a name that has one. `0.0.0.0` and `::` listen on all.
    public var host = "127.0.0.1"
    /// 1 to 65535, or 0 for a free one, which `Server.port` then tells.
    public var port = 0
    /// Serves `https` and `wss` when given.
    public var certificate: Certificate?
    /// A path in front of all others, such as `/chat`; what is not below it is answered with 404.
    public var basePath = ""
    /// Whose `X-Forwarded-For`, `-Proto` and `-Host` are believed.
    public var trustedProxies = TrustedProxies()
    /// Bytes that the body of a request may have; more is answered with 413.
    public var maximumBodySize = 1 << 20
    /// How long the body of a request may take to arrive; later is answered with 408.
    public var requestTimeout: Duration = .seconds(10)
    /// How long a client may take nothing of its answer, in whole seconds; later it is hung up on.
    public var answerTimeout: Duration = .seconds(30)
    /// Bytes that a WebSocket message may have; a longer one closes the connection with 1009.
    public var maximumMessageSize = 64 << 10
    /// Pings to silent WebSockets; `nil` sends none.
    public var pings: Pings? = Pings()
    /// Takes requests with any number of query parameters, in a line of at most 8 KiB; libwebsockets alone has room for about
    /// 85. A connection then serves one request, as only its first head can be read before the library does; not over TLS.
    public var allowsManyParameters = false
    /// Headers beyond the well-known ones that `Request.headers` shall have: libwebsockets keeps them all, but does not
    /// list them.
    public var headerNames: [HTTPField.Name] = []

    /// The defaults: a free port on loopback.
    public init() {}
  }
}

/// Why a server does not listen.
public enum ServerError: Error, CustomStringConvertible, Sendable, Equatable {
  /// Another program has the port: stop it or choose another.
  case addressInUse(host: String, port: Int)
  /// The host is no address of this machine, or the port needs rights that the program does not have.
  case cannotListen(host: String, port: Int, reason: String)
  /// This file of a certificate cannot be read, is none, or does not belong to the other one: replace it.
  case badCertificate(file: String, reason: String)

  public var description: String {
    switch self {
    case .addressInUse(let host, let port):
      "port \(port) on \(host) is taken by another program: stop that one or choose another port"
    case .cannotListen(let host, let port, let reason):
      "cannot listen on \(host) port \(port): \(reason)"
    case .badCertificate(let file, let reason):
      "no TLS with \(file): \(reason)"
    }
  }
}
