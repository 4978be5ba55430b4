/// Which notifications arrived lately, so that each is handed on once however often Twitch delivers it.
///
/// Two keys count: the delivery's own id, and for chat also the message's id with its type, since Twitch has sent one
/// message under two delivery ids. A key is remembered as 64 hashed bits for at least ten minutes, at up to 5,000
/// notifications a second; above that rate the oldest go first. Two different ones fall together less than once in a billion
/// years of a busy chat.
struct SeenNotifications {
  /// How long Twitch may take to deliver again.
  static let memory: Duration = .seconds(600)

  private let limit: Int
  /// Keys of the last `memory`, and those of the one before: together they reach back ten minutes at least.
  private var recent = KeySet()
  private var older = KeySet()
  private var recentSince: ContinuousClock.Instant?

  /// Starts with nothing seen. `limit` bounds the keys of ten minutes.
  init(limit: Int = 600 * 5_000 * 2) {
    self.limit = limit
  }

  /// Whether the notification is new; from then on it is not.
  mutating func isNew(_ notification: Notification, at now: ContinuousClock.Instant) -> Bool {
    forget(at: now)
    let isNewDelivery = remember(SeenKey(notification.id.rawValue, 0))
    guard let key = SeenKey(chatOf: notification.event) else { return isNewDelivery }
    return remember(key) && isNewDelivery
  }

  /// Whether a delivery's id is new, where there is nothing but the id; from then on it is not.
  mutating func isNew(_ id: NotificationID, at now: ContinuousClock.Instant) -> Bool {
    forget(at: now)
    return remember(SeenKey(id.rawValue, 0))
  }

  private mutating func remember(_ key: SeenKey) -> Bool {
    guard !older.contains(key.bits) else { return false }
    return recent.insert(key.bits)
  }

  private mutating func forget(at now: ContinuousClock.Instant) {
    let since = recentSince ?? now
    recentSince = since
    guard now - since >= Self.memory || recent.count >= limit else { return }
    older = now - since >= Self.memory * 2 ? KeySet() : recent
    recent = KeySet(capacityOf: older)
    recentSince = now
  }
}

/// The 64 bits that stand for an id. The same in every run, so that they may be stored.
private struct SeenKey {
  let bits: UInt64

  /// FNV-1a over the text, started differently for each kind of id, and its bits well mixed at the end.
  init(_ text: String, _ kind: UInt64) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ kind
    for byte in text.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    hash = (hash ^ hash >> 32) &* 0xd6e8_feb8_6659_fd93
    hash ^= hash >> 32
    bits = hash == 0 ? 1 : hash
  }

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

/// A set of hashes with open addressing: no hashing of the hash, no room but eight bytes a slot.
private struct KeySet {
  private(set) var count = 0
  private var slots: [UInt64]

  init(capacityOf other: KeySet? = nil) {
    var size = 1024
    while size < (other?.count ?? 0) * 2 { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
  }

  func contains(_ key: UInt64) -> Bool {
    slots[slot(of: key)] == key
  }

  /// Adds the key; false when it was there.
  mutating func insert(_ key: UInt64) -> Bool {
    if count * 4 >= slots.count * 3 { grow() }
    let slot = slot(of: key)
    guard slots[slot] != key else { return false }
    slots[slot] = key
    count += 1
    return true
  }

  /// Where the key is, or the free slot where it belongs.
  private func slot(of key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: key) & (slots.count - 1)
    while slots[slot] != 0, slots[slot] != key { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private mutating func grow() {
    let keys = slots
    slots = [UInt64](repeating: 0, count: keys.count * 2)
    for key in keys where key != 0 { slots[slot(of: key)] = key }
  }
}
