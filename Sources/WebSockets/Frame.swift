/// A server's WebSocket frame (RFC 6455 §5.2): unmasked, so the same bytes serve every receiver.
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
}
