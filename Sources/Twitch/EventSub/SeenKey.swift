import WebSockets

/// The 64 bits that stand for an id. The same in every run, so that they may be stored.
struct SeenKey {
  let bits: UInt64

  /// Eight bytes of the text after the other, well mixed each time; begun differently for each kind of id and each length.
  init(_ text: String, _ kind: UInt64) {
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

  /// The key of a delivery.
  init(delivery id: NotificationID) { self.init(id.rawValue, 0) }

  /// The key of the chat message that the event is about, with its type; `nil` for what is no chat.
  init?(chatOf event: Event) {
    switch event {
    case .message(let message): self.init(message.id.rawValue, 1)
    case .notice(let notice): self.init(notice.id.rawValue, 2)
    case .messageDelete(let delete): self.init(delete.messageID.rawValue, 3)
    default: return nil
    }
  }
}
