import WebSockets

/// The 64 bits that stand for an id. The same in every run, so that they may be stored.
struct SeenKey {
  let bits: UInt64

  /// Eight bytes of the text after the other, well mixed each time; begun differently for each kind of id and each length.
  init(_ text: borrowing String, _ kind: UInt64) {
    let bytes = text.utf8Span.span
    var hash = Self.mixed(kind << 32 ^ UInt64(bytes.count))
    var place = 0
    while place <= bytes.count - 8 {
      hash = Self.mixed(hash ^ bytes.word(at: place))
      place += 8
    }
    var rest: UInt64 = 0
    for index in place..<bytes.count { rest = rest << 8 | UInt64(bytes[index]) }
    hash = Self.mixed(Self.mixed(hash ^ rest))
    bits = hash == 0 ? 1 : hash
  }

  /// Each bit counts for many. No two numbers become the same one.
  private static func mixed(_ bits: UInt64) -> UInt64 {
    let product = (bits ^ 0x9e37_79b9_7f4a_7c15) &* 0xd6e8_feb8_6659_fd93
    return product ^ product >> 32
  }
}

extension NotificationID {
  /// The key of a delivery.
  var seenKey: SeenKey { SeenKey(rawValue, 0) }
}

extension Event {
  /// The key of the chat message that it is about, with its type; `nil` for what is no chat.
  var seenKey: SeenKey? {
    switch self {
    case .message(let message): SeenKey(message.id.rawValue, 1)
    case .notice(let notice): SeenKey(notice.id.rawValue, 2)
    case .messageDelete(let delete): SeenKey(delete.messageID.rawValue, 3)
    default: nil
    }
  }
}
