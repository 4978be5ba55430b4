public import FoundationEssentials
public import HTTPTypes

/// An HTTP answer: what our server gives, and what another's gave to `HTTPClient`.
public struct Response: Sendable {
  /// How it went.
  public var status: HTTPResponse.Status
  /// Without `Content-Length` and `Connection`, which belong to the transfer.
  public var headers: HTTPFields
  /// What is not sent in answer to `HEAD`, nor with a status that has none.
  public var body: Data

  /// An answer with these parts.
  public init(_ status: HTTPResponse.Status, headers: HTTPFields = [:], body: Data = Data()) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// An answer of plain text.
  public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(status, headers: [.contentType: "text/plain; charset=utf-8"], body: Data(text.utf8))
  }

  /// The address is another one, for good: that path, with the query of the request.
  static func moved(to path: String, _ query: Query) -> Response {
    let form = formEncoded(query.items.map { ($0.name, $0.value) })
    return Response(.permanentRedirect, headers: [.location: form.isEmpty ? path : "\(path)?\(form)"])
  }

  /// An answer of encoded JSON.
  public static func json(_ body: Data, status: HTTPResponse.Status = .ok) -> Response {
    Response(status, headers: [.contentType: "application/json"], body: body)
  }
}

extension Response {
  /// Head and body as they go over the wire (RFC 9112).
  func encoded(for method: HTTPRequest.Method, closing: Bool) -> [UInt8] {
    var head = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n"
    for field in headers { head += "\(field.name.rawName): \(field.value)\r\n" }
    let hasLength = status.code >= 200 && status != .noContent && status != .notModified
    if headers[.date] == nil { head += "date: \(HTTPDate.now)\r\n" }
    if hasLength { head += "content-length: \(body.count)\r\n" }
    if closing { head += "connection: close\r\n" }
    head += "\r\n"
    return method == .head || !hasLength ? Array(head.utf8) : Array(head.utf8) + body
  }
}
