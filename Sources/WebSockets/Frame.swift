/// WebSocket frames (RFC 6455 §5.2). A server's are unmasked, so the same bytes serve every receiver.
enum Frame {
  /// The largest header: two bytes and a 64-bit length.
  static let maximumHeaderSize = 10

  /// The header of a final text frame with a payload of `count` bytes.
  static func textHeader(payload count: Int) -> [UInt8] {
    let finalText: UInt8 = 0x81
    return switch count {
    case ...125: [finalText, UInt8(count)]
    case ...0xFFFF: [finalText, 126, UInt8(count >> 8), UInt8(count & 0xFF)]
    default:
      [finalText, 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    }
  }

  /// How many bytes the first of these frames has, header included.
  static func size(of frames: UnsafeBufferPointer<UInt8>) -> Int {
    let count = unsafe Int(frames[1] & 0x7F)
    let extra = count < 126 ? 0 : count == 126 ? 2 : 8
    guard extra > 0 else { return 2 + count }
    return unsafe 2 + extra + frames[2..<2 + extra].reduce(0) { $0 << 8 | Int($1) }
  }

  /// The header of a message's only frame.
  static func header(of message: Message) -> [UInt8] {
    let finalBinary: UInt8 = 0x82
    var header = textHeader(payload: message.count)
    if !message.isText { header[0] = finalBinary }
    return header
  }

  /// What a frame is (§5.2).
  enum Opcode: UInt8 {
    case text = 1
    case binary = 2
    case close = 8
    case ping
    case pong
  }

  /// A client's frame, whole, masked with a key of its own (§5.3).
  static func masked(_ opcode: Opcode, _ payload: [UInt8]) -> [UInt8] {
    var frame = textHeader(payload: payload.count)
    frame[0] = 0x80 | opcode.rawValue
    frame[1] |= 0x80
    frame.reserveCapacity(frame.count + 4 + payload.count)
    let key = UInt32.random(in: .min ... .max)
    let mask = (0..<4).map { UInt8(truncatingIfNeeded: key >> ($0 * 8)) }
    frame += mask
    for (place, byte) in payload.enumerated() { frame.append(byte ^ mask[place & 3]) }
    return frame
  }

  /// A close frame with its code and as much of the reason as a control frame can hold; a client's is masked (§5.3).
  static func close(_ closure: Closure, isMasked: Bool = false) -> [UInt8] {
    let finalClose: UInt8 = 0x88
    let payload = [UInt8(closure.code >> 8), UInt8(closure.code & 0xFF)] + reason(of: closure)
    return isMasked ? masked(.close, payload) : [finalClose, UInt8(payload.count)] + payload
  }

  /// Whether a close frame may have that code, or none (§7.4).
  static func mayClose(_ code: UInt16) -> Bool {
    switch code {
    case 1004, 1006: false
    case 1000...1014, 3000...4999: true
    default: false
    }
  }

  /// A control frame has at most 125 bytes (RFC 6455 §5.5), two of which are the code; the rest stays whole characters.
  static func reason(of closure: Closure) -> [UInt8] {
    var reason = closure.reason
    while reason.utf8.count > 123 { reason.removeLast() }
    return Array(reason.utf8)
  }
}
