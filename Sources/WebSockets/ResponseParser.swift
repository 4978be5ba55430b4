import FoundationEssentials
import HTTPTypes

/// Reads one HTTP/1.1 answer from the bytes as they come (RFC 9112).
///
/// Knows no socket. Each piece of input gives the next state: more needed, whole, or malformed.
struct ResponseParser {
  enum Failure: Error, Equatable {
    /// Not HTTP; the text names what is wrong.
    case malformed(String)
    /// The body has more than `limit` bytes.
    case tooLarge(limit: Int)
  }

  private enum Part {
    case head
    case body(remaining: Int)
    case untilClosed
    case chunkSize
    case chunk(remaining: Int)
    case chunkEnd
    case trailers
    case whole
  }

  private static let maximumHeadSize = 64 << 10

  private let isHead: Bool
  private let limit: Int
  private var part = Part.head
  private var input: [UInt8] = []
  private var start = 0
  private var response = Response(.ok)
  private(set) var canReuseConnection = true

  init(method: HTTPRequest.Method, maximumBodySize: Int) {
    isHead = method == .head
    limit = maximumBodySize
  }

  /// Whether anything of an answer has come.
  var hasBegun: Bool {
    if case .head = part { !input.isEmpty } else { true }
  }

  /// The answer with what there is of its body, once its head is there. What follows a 101 counts as its body.
  var head: Response? {
    if case .head = part { nil } else { response }
  }

  /// The whole answer, once it is there.
  var result: Response? {
    if case .whole = part { response } else { nil }
  }

  /// Takes the next bytes.
  mutating func receive(_ bytes: [UInt8]) throws(Failure) {
    input += bytes
    while try step() {}
    input.removeFirst(start)
    start = 0
  }

  /// The peer closed; that is the end of an answer that has no length.
  mutating func close() {
    if case .untilClosed = part { part = .whole }
  }

  private mutating func step() throws(Failure) -> Bool {
    switch part {
    case .head: try readHead()
    case .body(let remaining): try readBody(remaining)
    case .untilClosed: try readBody(nil)
    case .chunkSize: try readChunkSize()
    case .chunk(let remaining): try readChunk(remaining)
    case .chunkEnd: try readChunkEnd()
    case .trailers: try readTrailers()
    case .whole: false
    }
  }

  /// The next line without its end, once it is complete.
  private mutating func readLine() throws(Failure) -> String? {
    guard let end = input[start...].firstIndex(of: 0x0A) else {
      if input.count - start > Self.maximumHeadSize { throw .malformed("a line has no end") }
      return nil
    }
    var line = input[start..<end]
    if line.last == 0x0D { line.removeLast() }
    start = end + 1
    return String(decoding: line, as: UTF8.self)
  }

  private mutating func readHead() throws(Failure) -> Bool {
    let end = Self.headEnd(in: input[start...])
    guard let end else {
      if input.count - start > Self.maximumHeadSize { throw .malformed("the head has no end") }
      return false
    }
    guard let statusLine = try readLine() else { return false }
    let words = statusLine.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let code = Int(words[1]),
      (100...999).contains(code)
    else {
      throw .malformed("no status line")
    }
    response = Response(.init(code: code))
    canReuseConnection = words[0] == "HTTP/1.1"
    while start < end, let line = try readLine(), !line.isEmpty { try addField(line) }
    start = end
    if code < 200 && code != 101 { return true }
    return try beginBody(code)
  }

  private static func headEnd(in bytes: ArraySlice<UInt8>) -> Int? {
    var lineLength = 0
    for index in bytes.indices {
      switch bytes[index] {
      case 0x0A:
        if lineLength == 0, index > bytes.startIndex { return index + 1 }
        lineLength = 0
      case 0x0D: break
      default: lineLength += 1
      }
    }
    return nil
  }

  private mutating func addField(_ line: String) throws(Failure) {
    guard let colon = line.firstIndex(of: ":"), let name = HTTPField.Name(String(line[..<colon]))
    else {
      throw .malformed("a header without a name")
    }
    let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    response.headers.append(HTTPField(name: name, value: String(value)))
  }

  private mutating func beginBody(_ code: Int) throws(Failure) -> Bool {
    if response.headers[.connection]?.lowercased() == "close" { canReuseConnection = false }
    if isHead || code == 204 || code == 304 {
      part = .whole
    } else if response.headers[.transferEncoding]?.lowercased().hasSuffix("chunked") == true {
      part = .chunkSize
    } else if let text = response.headers[.contentLength] {
      guard let length = Int(text), length >= 0 else {
        throw .malformed("Content-Length is no number")
      }
      guard length <= limit else { throw .tooLarge(limit: limit) }
      part = length == 0 ? .whole : .body(remaining: length)
    } else {
      canReuseConnection = false
      part = .untilClosed
    }
    return true
  }

  private mutating func readBody(_ remaining: Int?) throws(Failure) -> Bool {
    let available = input.count - start
    guard available > 0 else { return false }
    let taken = min(available, remaining ?? available)
    try take(taken)
    if let remaining { part = taken == remaining ? .whole : .body(remaining: remaining - taken) }
    return true
  }

  private mutating func take(_ count: Int) throws(Failure) {
    guard response.body.count + count <= limit else { throw .tooLarge(limit: limit) }
    response.body.append(contentsOf: input[start..<start + count])
    start += count
  }

  private mutating func readChunkSize() throws(Failure) -> Bool {
    guard let line = try readLine() else { return false }
    let digits = line.prefix { $0 != ";" && $0 != " " }
    guard let size = Int(digits, radix: 16), size >= 0, !digits.hasPrefix("+") else {
      throw .malformed("a chunk without a size")
    }
    guard size <= limit else { throw .tooLarge(limit: limit) }
    part = size == 0 ? .trailers : .chunk(remaining: size)
    return true
  }

  private mutating func readChunk(_ remaining: Int) throws(Failure) -> Bool {
    let taken = min(input.count - start, remaining)
    guard taken > 0 else { return false }
    try take(taken)
    part = taken == remaining ? .chunkEnd : .chunk(remaining: remaining - taken)
    return true
  }

  private mutating func readChunkEnd() throws(Failure) -> Bool {
    guard let line = try readLine() else { return false }
    guard line.isEmpty else { throw .malformed("a chunk longer than its size") }
    part = .chunkSize
    return true
  }

  private mutating func readTrailers() throws(Failure) -> Bool {
    guard let line = try readLine() else { return false }
    if line.isEmpty { part = .whole }
    return true
  }
}
