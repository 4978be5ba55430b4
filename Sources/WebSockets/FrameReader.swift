/// Takes a server's frames out of the bytes as they come (RFC 6455 §5).
///
/// Knows no socket. Bytes go in, and `next()` gives what they say. What breaks the protocol is thrown, as the closure that the
/// connection has to be failed with (§7.1.7); after that nothing more is to be read.
struct FrameReader {
  /// What a server may say.
  enum Event: Equatable {
    /// A whole message. That text is UTF-8 is not checked.
    case message(Message)
    case ping([UInt8])
    case pong
    /// Goodbye, with its payload: nothing, or a code and a reason.
    case close([UInt8])
  }

  private struct Header {
    var isFinal: Bool
    var opcode: UInt8
    /// Where the payload is.
    var payload: Range<Int>
  }

  private let maximumMessageSize: Int
  private var input: [UInt8] = []
  /// Where in the input the next frame begins.
  private var start = 0
  /// What there is of a message that comes in fragments.
  private var fragments: (bytes: [UInt8], isText: Bool)?

  /// Makes one for a connection on which nothing has come yet. A longer message than that breaks the protocol.
  init(maximumMessageSize: Int) {
    self.maximumMessageSize = maximumMessageSize
  }

  /// Takes the next bytes.
  mutating func take(_ bytes: some Collection<UInt8>) {
    input += bytes
  }

  /// The next thing that was said; `nil` when more bytes are needed for that.
  mutating func next() throws(Closure) -> Event? {
    while let header = try header() {
      guard header.payload.upperBound <= input.count else { break }
      start = header.payload.upperBound
      if let event = try event(header.opcode, header.isFinal, Array(input[header.payload])) { return event }
    }
    input.removeFirst(start)
    start = 0
    return nil
  }

  /// The header of the frame that is up next, once all of it is there.
  private func header() throws(Closure) -> Header? {
    guard input.count - start >= 2 else { return nil }
    let (first, second) = (input[start], input[start + 1])
    let header = Header(isFinal: first & 0x80 != 0, opcode: first & 0x0F, payload: 0..<0)
    guard first & 0x70 == 0 else { throw Self.wrong("a reserved bit is set") }
    guard second & 0x80 == 0 else { throw Self.wrong("a server's frame is not masked") }
    if header.opcode >= 8, second > 125 || !header.isFinal { throw Self.wrong("a control frame is short and whole") }
    let lengthSize = second < 126 ? 0 : second == 126 ? 2 : 8
    let begin = start + 2 + lengthSize
    guard begin <= input.count else { return nil }
    let length = lengthSize == 0 ? UInt64(second) : input[start + 2..<begin].reduce(0) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(maximumMessageSize - (fragments?.bytes.count ?? 0)) || header.opcode >= 8 else {
      throw Closure(code: 1009, reason: "a message has at most \(maximumMessageSize) bytes")
    }
    return Header(isFinal: header.isFinal, opcode: header.opcode, payload: begin..<begin + Int(length))
  }

  private mutating func event(_ opcode: UInt8, _ isFinal: Bool, _ payload: [UInt8]) throws(Closure) -> Event? {
    switch opcode {
    case 0: return try continuation(isFinal, payload)
    case 1, 2:
      guard fragments == nil else { throw Self.wrong("a message within another one") }
      guard !isFinal else { return Self.message(payload, isText: opcode == 1) }
      fragments = (payload, opcode == 1)
      return nil
    case 8: return .close(payload)
    case 9: return .ping(payload)
    case 10: return .pong
    default: throw Self.wrong("an unknown kind of frame")
    }
  }

  private mutating func continuation(_ isFinal: Bool, _ payload: [UInt8]) throws(Closure) -> Event? {
    guard let isText = fragments?.isText else { throw Self.wrong("a fragment of nothing") }
    fragments?.bytes += payload
    guard isFinal, let bytes = fragments?.bytes else { return nil }
    fragments = nil
    return Self.message(bytes, isText: isText)
  }

  private static func message(_ bytes: [UInt8], isText: Bool) -> Event {
    .message(isText ? .text(bytes) : .binary(bytes))
  }

  private static func wrong(_ what: String) -> Closure { Closure(code: 1002, reason: what) }
}
