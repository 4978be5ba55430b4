import HTTPTypes

/// What to do with the head of a request that libwebsockets has not read yet.
///
/// It keeps each parameter of a query as a fragment of its own and has room for about 85 of those, but takes a header of
/// any length. So a query with many becomes a header. Knows no socket: the bytes so far come in, the next step comes out.
enum FirstHead: Equatable {
  case incomplete
  /// For libwebsockets as it is.
  case plain
  /// For libwebsockets in place of the first `count` bytes, which are the whole head.
  case rewritten([UInt8], count: Int)
  /// No: this answer instead, and the end of the connection.
  case refused(HTTPResponse.Status)

  /// The header that carries a query.
  static let queryName = "x-chat-relay-query"
  /// Twitch and most servers take 8 KiB; libwebsockets has 16 KiB for everything.
  static let lineLimit = 8 << 10
  static let headLimit = 14 << 10
  /// libwebsockets needs a fragment for each header, too.
  private static let parameterLimit = 40

  init(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }
    // The last element has no end yet.
    let end = lines.dropLast().dropFirst().firstIndex { $0.isEmpty }
    if (lines.first?.count ?? 0) > Self.lineLimit {
      self = .refused(.uriTooLong)
    } else if (end.map { lines[$0].endIndex } ?? bytes.count) > Self.headLimit {
      self = .refused(.requestHeaderFieldsTooLarge)
    } else if let end {
      self = Self.judge(Array(lines[..<end]), bytes)
    } else {
      self = .incomplete
    }
  }

  private static func judge(_ lines: [ArraySlice<UInt8>], _ bytes: [UInt8]) -> FirstHead {
    guard lines.allSatisfy({ $0.allSatisfy(isAllowed) }) else { return .refused(.badRequest) }
    let words = (lines.first ?? []).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, fragments(words[1]) >= parameterLimit else { return .plain }
    // A body that follows bytes that were handed to it, libwebsockets takes for these bytes.
    guard !hasBody(lines) else { return .refused(.uriTooLong) }
    let target = words[1].split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    // In a path they are fragments, too, and nothing can be done about these.
    guard target.count == 2, fragments(target[0]) < parameterLimit else { return .refused(.uriTooLong) }
    var head = words[0] + [UInt8(ascii: " ")] + target[0] + [UInt8(ascii: " ")] + words[2] + Array("\r\n".utf8)
    // The first header of a name is the one that counts.
    head += Array("\(queryName): ".utf8) + target[1] + Array("\r\n".utf8)
    for line in lines.dropFirst() { head += line + Array("\r\n".utf8) }
    let last = lines.last?.endIndex ?? 0
    // The end of the last line and the empty line, each with a carriage return or without.
    let rest = bytes[last...].prefix { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
    return .rewritten(Array(head + Array("\r\n".utf8)), count: rest.endIndex)
  }

  /// How many more fragments libwebsockets makes of it.
  private static func fragments(_ target: ArraySlice<UInt8>) -> Int {
    target.count { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") }
  }

  private static func hasBody(_ lines: [ArraySlice<UInt8>]) -> Bool {
    let head = lines.map { String(decoding: $0, as: UTF8.self) }
    if ["POST ", "PUT ", "PATCH "].contains(where: { head.first?.hasPrefix($0) == true }) { return true }
    return head.contains { $0.lowercased().hasPrefix("content-length:") && !$0.hasSuffix(" 0") }
  }

  /// RFC 9110 §5.5: a value has no control characters but the tab.
  static func isAllowed(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t")
  }
}
