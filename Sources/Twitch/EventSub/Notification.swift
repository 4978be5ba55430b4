/// One event that Twitch delivered to a shard, over a socket or a webhook.
public struct Notification: Hashable, Sendable {
  /// Twitch's id of this delivery; a repeated delivery has the same one, usually.
  public var id: NotificationID
  /// When Twitch made the notification, or `nil` when what it wrote there is no time.
  public var timestamp: Timestamp?
  /// What happened.
  public var event: Event

  /// Creates a notification, for tests and for the decoder.
  public init(id: NotificationID, timestamp: Timestamp?, event: Event) {
    self.id = id
    self.timestamp = timestamp
    self.event = event
  }
}

extension Notification {
  /// What it is known by when it comes again: the delivery, and for chat also the message that it brings. The same in every
  /// run, so that they may be stored and given to `ConduitPool.remember(seen:)` at the next start.
  public var seenKeys: [UInt64] {
    if let chat = event.seenKey { [id.seenKey.bits, chat.bits] } else { [id.seenKey.bits] }
  }
}
