/// The 64 bits that stand for an id. The same in every run, so that they may be stored.
struct SeenKey {
  let bits: UInt64

  /// FNV-1a over the text, started differently for each kind of id, and its bits well mixed at the end.
  init(_ text: String, _ kind: UInt64) {
    let prime: UInt64 = 0x0000_0100_0000_01b3
    // Multiplied before the text begins: else the kind would only change its first byte, into that of another id.
    var hash = (0xcbf2_9ce4_8422_2325 ^ kind) &* prime
    let bytes = text.utf8Span.span
    for index in bytes.indices {
      hash = (hash ^ UInt64(bytes[index])) &* prime
    }
    hash = (hash ^ hash >> 32) &* 0xd6e8_feb8_6659_fd93
    hash ^= hash >> 32
    bits = hash == 0 ? 1 : hash
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
