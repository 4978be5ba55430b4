/// Something that a subscription brings: an event, or with none the news that the subscription is revoked.
struct Notification {
  var id: String
  let sent: Moment
  var subscription: Simulator.Subscription
  var event: JSON?
  /// A type in place of the subscription's, for trying unknown ones.
  var strangeType: String?

  var isRevocation: Bool { event == nil }
  var type: String { strangeType ?? subscription.type.name }

  /// The body of a webhook.
  var payload: JSON {
    var described = subscription.json
    if let strangeType { described["type"] = .string(strangeType) }
    let start: JSON = ["subscription": described]
    return event.map { start.adding(["event": $0]) } ?? start
  }

  /// The frame of a WebSocket.
  var frame: JSON {
    [
      "metadata": [
        "message_id": .string(id), "message_type": isRevocation ? "revocation" : "notification",
        "message_timestamp": .string(sent.timestamp), "subscription_type": .string(type),
        "subscription_version": JSON(subscription.type.version),
      ],
      "payload": payload,
    ]
  }
}
