import CLibWebSockets
import FoundationEssentials
import HTTPTypes

extension Server {
  /// The head of the request that libwebsockets has parsed on a connection, or `nil` when it has characters that none may
  /// have.
  func request(of wsi: OpaquePointer) -> Request? {
    let query = unsafe query(of: wsi)
    guard let headers = unsafe headers(of: wsi), let (method, path) = unsafe methodAndPath(of: wsi),
      unsafe isWhole(wsi), Self.isClean(path), !query.items.contains(where: { $0.value.utf8.contains(0) })
    else { return nil }
    let peer = unsafe Connection.peerAddress(of: wsi)
    let isTrusted = configuration.trustedProxies.contains(peer)
    let scheme = isTrusted ? headers[.xForwardedProto] : nil
    let authority = isTrusted ? headers[.xForwardedHost] : nil
    return Request(
      method, path, query: query, headers: headers,
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

  private func methodAndPath(of wsi: OpaquePointer) -> (HTTPRequest.Method, String)? {
    for (token, method) in Self.methods {
      if let path = unsafe text(of: token, wsi), !path.isEmpty { return (method, path) }
    }
    return nil
  }

  /// Whether all of the request line is there: libwebsockets stores a NUL, which `%00` becomes, but does not count it.
  ///
  /// It stores path, parameters and version one after another, with one byte between them, and one more before a parameter.
  private func isWhole(_ wsi: OpaquePointer) -> Bool {
    var start: UnsafeMutablePointer<CChar>?
    var length: Int32 = 0
    guard unsafe lws_http_get_uri_and_method(wsi, &start, &length) >= 0, let start = unsafe start else { return false }
    let version = unsafe parameters(of: wsi).reduce(Int(length) + 1) { $0 + $1.count + 2 }
    return "HTTP/1.".utf8.enumerated().allSatisfy { unsafe start[version + $0] == CChar(bitPattern: $1) }
  }

  /// Nor may a decoded path have what a value may not.
  private static func isClean(_ text: String) -> Bool { text.utf8.allSatisfy(FirstHead.isAllowed) }

  private func query(of wsi: OpaquePointer) -> Query {
    if readsHeads, let query = unsafe customHeader(.wholeQuery, wsi) {
      return Query(form: query)
    }
    // libwebsockets keeps each parameter as a fragment of its own, decoded.
    return Query(
      unsafe parameters(of: wsi).filter { !$0.isEmpty }.map { Query.Item(decoded: String(decoding: $0, as: UTF8.self)) }
    )
  }

  private func parameters(of wsi: OpaquePointer) -> [ArraySlice<UInt8>] {
    var parameters: [ArraySlice<UInt8>] = []
    let length = unsafe lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS)
    var buffer = [UInt8](repeating: 0, count: Int(length) + 1)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { space in
        unsafe lws_hdr_copy_fragment(
          wsi, space.assumingMemoryBound(to: CChar.self).baseAddress, length + 1, WSI_TOKEN_HTTP_URI_ARGS,
          Int32(parameters.count))
      }
      guard count >= 0 else { return parameters }
      parameters.append(buffer.prefix(Int(count)))
    }
  }

  private func headers(of wsi: OpaquePointer) -> HTTPFields? {
    var fields = HTTPFields()
    for (token, name) in Self.wellKnown {
      if let value = unsafe text(of: token, wsi), !value.isEmpty {
        // Before it becomes a field, which makes spaces of what may not be there.
        guard Self.isClean(value) else { return nil }
        fields.append(HTTPField(name: name, value: value))
      }
    }
    for name in customHeaders {
      if let value = unsafe customHeader(name, wsi) {
        guard Self.isClean(value) else { return nil }
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

  private func text(of token: lws_token_indexes, _ wsi: OpaquePointer) -> String? {
    let length = unsafe lws_hdr_total_length(wsi, token)
    guard length > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: Int(length) + 1)
    let count = unsafe buffer.withUnsafeMutableBytes { space in
      unsafe lws_hdr_copy(wsi, space.assumingMemoryBound(to: CChar.self).baseAddress, length + 1, token)
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
    return String(characters: buffer.prefix(Int(length)))
  }
}

extension HTTPField.Name {
  static let xForwardedFor = known("X-Forwarded-For")
  static let xForwardedProto = known("X-Forwarded-Proto")
  static let xForwardedHost = known("X-Forwarded-Host")
  static let host = known("Host")
  /// The query that `FirstHead` made a header of.
  static let wholeQuery = known(FirstHead.queryName)
}
