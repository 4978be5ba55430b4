/// One event that Twitch delivered to a shard, over a socket or a webhook.
public struct Notification: Hashable, Sendable {
  /// Twitch's id of this delivery; a repeated delivery has the same one, usually.
  public var id: NotificationID
  /// When Twitch made the notification, or `nil` when what it wrote there is no time.
  public var timestamp: Timestamp?
  /// The subscription that asked for the event.
  public var subscription: SubscriptionID
  /// What happened.
  public var event: Event

  /// Creates a notification, for tests and for the decoder.
  public init(id: NotificationID, timestamp: Timestamp?, subscription: SubscriptionID, event: Event) {
    self.id = id
    self.timestamp = timestamp
    self.subscription = subscription
    self.event = event
  }
}
