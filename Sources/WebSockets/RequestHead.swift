import CLibWebSockets
import FoundationEssentials
import HTTPTypes

extension Server {
  /// The head of the request that libwebsockets has parsed on a connection.
  func request(of wsi: OpaquePointer) -> Request {
    let headers = unsafe headers(of: wsi)
    let (method, path) = unsafe methodAndPath(of: wsi)
    let peer = unsafe Connection.peerAddress(of: wsi)
    let isTrusted = configuration.trustedProxies.contains(peer)
    let scheme = isTrusted ? headers[.xForwardedProto] : nil
    let authority = isTrusted ? headers[.xForwardedHost] : nil
    return unsafe Request(
      method, path, query: query(of: wsi), headers: headers,
      remoteAddress: configuration.trustedProxies.client(
        peer: peer, forwardedFor: headers[.xForwardedFor]),
      scheme: scheme ?? (configuration.certificate == nil ? "http" : "https"),
      authority: authority ?? headers[.host] ?? "")
  }

  private static let methods: [(lws_token_indexes, HTTPRequest.Method)] = [
    (WSI_TOKEN_GET_URI, .get), (WSI_TOKEN_POST_URI, .post), (WSI_TOKEN_PUT_URI, .put),
    (WSI_TOKEN_PATCH_URI, .patch), (WSI_TOKEN_DELETE_URI, .delete), (WSI_TOKEN_HEAD_URI, .head),
    (WSI_TOKEN_OPTIONS_URI, .options),
  ]

  private func methodAndPath(of wsi: OpaquePointer) -> (HTTPRequest.Method, String) {
    for (token, method) in Self.methods {
      if let path = unsafe text(of: token, fragment: nil, wsi), !path.isEmpty {
        return (method, path)
      }
    }
    return (.get, "/")
  }

  private func query(of wsi: OpaquePointer) -> Query {
    var items: [Query.Item] = []
    // libwebsockets keeps each parameter as a fragment of its own, decoded.
    while let text = unsafe text(of: WSI_TOKEN_HTTP_URI_ARGS, fragment: Int32(items.count), wsi) {
      items.append(Query.Item(decoded: text))
    }
    return Query(items)
  }

  private func headers(of wsi: OpaquePointer) -> HTTPFields {
    var fields = HTTPFields()
    for (token, name) in Self.wellKnown {
      if let value = unsafe text(of: token, fragment: nil, wsi), !value.isEmpty {
        fields.append(HTTPField(name: name, value: value))
      }
    }
    for name in configuration.headerNames + [.xForwardedProto, .xForwardedHost] {
      if let value = unsafe customHeader(name, wsi) {
        fields.append(HTTPField(name: name, value: value))
      }
    }
    return fields
  }

  /// The headers that libwebsockets has a token for; pseudo-headers and methods are no header names.
  private static let wellKnown: [(lws_token_indexes, HTTPField.Name)] =
    (0..<WSI_TOKEN_COUNT.rawValue).compactMap {
      let token = lws_token_indexes($0)
      guard let bytes = unsafe lws_token_to_string(token) else { return nil }
      let text = unsafe String(
        decoding: UnsafeRawBufferPointer(start: bytes, count: strlen(bytes)), as: UTF8.self)
      guard text.hasSuffix(":"), let name = HTTPField.Name(String(text.dropLast())) else {
        return nil
      }
      return (token, name)
    }

  private static func strlen(_ bytes: UnsafePointer<UInt8>) -> Int {
    var count = 0
    while unsafe bytes[count] != 0 { count += 1 }
    return count
  }

  private func text(of token: lws_token_indexes, fragment: Int32?, _ wsi: OpaquePointer) -> String? {
    let length =
      if let fragment { unsafe lws_hdr_fragment_length(wsi, token, fragment) } else {
        unsafe lws_hdr_total_length(wsi, token)
      }
    guard length > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: Int(length) + 1)
    let count = unsafe buffer.withUnsafeMutableBytes { space in
      let start = unsafe space.baseAddress?.assumingMemoryBound(to: CChar.self)
      guard let fragment else { return unsafe lws_hdr_copy(wsi, start, length + 1, token) }
      return unsafe lws_hdr_copy_fragment(wsi, start, length + 1, token, fragment)
    }
    return count < 0 ? nil : String(decoding: buffer.prefix(Int(count)), as: UTF8.self)
  }

  private func customHeader(_ name: HTTPField.Name, _ wsi: OpaquePointer) -> String? {
    let key = name.canonicalName + ":"
    let length = unsafe lws_hdr_custom_length(wsi, key, Int32(key.utf8.count))
    guard length >= 0 else { return nil }
    var buffer = [CChar](repeating: 0, count: Int(length) + 1)
    guard unsafe lws_hdr_custom_copy(wsi, &buffer, length + 1, key, Int32(key.utf8.count)) >= 0
    else { return nil }
    return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

// swift-format-ignore: NeverForceUnwrap
// Each of these is a valid name, which only the initializer's type does not know.
extension HTTPField.Name {
  static let xForwardedFor = Self("X-Forwarded-For")!
  static let xForwardedProto = Self("X-Forwarded-Proto")!
  static let xForwardedHost = Self("X-Forwarded-Host")!
  static let host = Self("Host")!
}
