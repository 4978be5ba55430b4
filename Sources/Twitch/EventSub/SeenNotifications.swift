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
  private let room: Int
  /// Keys of the last `memory`, and those of the one before: together they reach back ten minutes at least.
  private var recent: KeySet
  private var older: KeySet
  private var recentSince: ContinuousClock.Instant?

  /// Starts with nothing seen. `limit` bounds the keys of ten minutes; for `room` keys the memory is taken when the first come, and
  /// never given back.
  init(limit: Int = 600 * 5_000 * 2, room: Int = 0) {
    self.limit = limit
    self.room = room
    recent = KeySet()
    older = KeySet()
  }

  /// Whether the notification is new; from then on it is not.
  mutating func isNew(_ notification: Notification, at now: ContinuousClock.Instant) -> Bool {
    forget(at: now)
    // Both keys first: each look at so large a table waits for memory, and then they wait together.
    let (delivery, chat) = (notification.id.seenKey, notification.event.seenKey)
    let isNewDelivery = remember(delivery)
    return if let chat { remember(chat) && isNewDelivery } else { isNewDelivery }
  }

  /// Whether a delivery's id is new, where there is nothing but the id; from then on it is not.
  mutating func isNew(_ id: NotificationID, at now: ContinuousClock.Instant) -> Bool {
    forget(at: now)
    return remember(id.seenKey)
  }

  /// Takes in the keys of what was seen before this run.
  mutating func remember(_ keys: some Collection<UInt64>, at now: ContinuousClock.Instant) {
    guard !keys.isEmpty else { return }
    forget(at: now)
    for key in keys { _ = recent.insert(key) }
  }

  private mutating func remember(_ key: SeenKey) -> Bool {
    guard older.count == 0 || !older.contains(key.bits) else { return false }
    return recent.insert(key.bits)
  }

  private mutating func forget(at now: ContinuousClock.Instant) {
    guard let since = recentSince else {
      (recent, older, recentSince) = (KeySet(room: room), KeySet(room: room), now)
      return
    }
    guard now - since >= Self.memory || recent.count >= limit else { return }
    older = now - since >= Self.memory * 2 ? KeySet(room: room) : recent
    recent = KeySet(room: max(room, older.count))
    recentSince = now
  }
}
