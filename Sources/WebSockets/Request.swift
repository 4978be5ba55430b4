public import FoundationEssentials
public import HTTPTypes

/// What somebody asks of our server: a whole HTTP request, or the beginning of a WebSocket.
public struct Request: Sendable {
  /// What is to be done; one that libwebsockets knows.
  public var method: HTTPRequest.Method
  /// Percent-decoded, without the server's base path; always begins with a slash. Duplicate slashes and dot segments
  /// are resolved already and never lead above the root.
  public var path: String
  /// What follows the question mark.
  public var query: Query
  /// The well-known headers and those that `Server.Configuration.headerNames` names.
  public var headers: HTTPFields
  /// Empty unless the method carries one.
  public var body: Data
  /// The client's IP address; the one that a trusted proxy names, else the peer's.
  public var remoteAddress: String
  /// `http` or `https`, as the client sees it.
  public var scheme: String
  /// The host, with a port when there is one, as the client sees it.
  public var authority: String

  /// Makes a request by hand, for code that answers requests without a network below it.
  public init(
    _ method: HTTPRequest.Method, _ path: String, query: Query = Query(), headers: HTTPFields = [:],
    body: Data = Data(), remoteAddress: String = "127.0.0.1", scheme: String = "http",
    authority: String = "localhost"
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
    self.scheme = scheme
    self.authority = authority
  }
}
