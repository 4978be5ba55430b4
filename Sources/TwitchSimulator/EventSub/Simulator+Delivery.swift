import WebSockets

/// From an event to the frames and posts that carry it.
extension Simulator {
  /// Bytes that may wait for a client before its socket counts as timed out.
  private static let queueLimit = 16 << 20

  /// Publishes what happened in a channel; with a reader only to those who read as them.
  func publish(_ type: String, of broadcaster: Identifier<User>, reader: Identifier<User>? = nil, _ event: JSON) {
    for subscription in subscriptionStore.enabled(.init(type: type, subject: broadcaster.rawValue))
    where reader == nil || subscription.reader == reader {
      deliver(event, to: subscription)
    }
  }

  /// Publishes what concerns somebody and no channel.
  func publish(_ type: String, to reader: Identifier<User>, _ event: JSON) {
    for subscription in subscriptionStore.enabled(.init(type: type, subject: reader.rawValue)) {
      deliver(event, to: subscription)
    }
  }

  /// Publishes what concerns an application.
  func publish(_ type: String, client: Identifier<Client>, conduit: Identifier<Conduit>? = nil, _ event: JSON) {
    for subscription in subscriptionStore.enabled(.init(type: type, subject: client.rawValue)) {
      if let wanted = subscription.condition["conduit_id"], wanted != conduit?.rawValue { continue }
      deliver(event, to: subscription)
    }
  }

  private func deliver(_ event: JSON, to subscription: Subscription) {
    deliver(
      Notification(id: mint.notificationID(), sent: deadlines.wall, subscription: subscription, event: event))
  }

  func deliver(_ notification: Notification) {
    switch notification.subscription.transport {
    case .conduit(let id): route(notification, conduit: id)
    case .webSocket(let id, _): put(notification, on: id)
    case .webhook(let callback, let secret):
      post(notification, to: callback, secret: secret, owner: .subscription(notification.subscription.id))
    }
  }

  /// Finds the shard by the broadcaster's id; when it is disabled, tries one other shard, once.
  private func route(_ notification: Notification, conduit id: Identifier<Conduit>) {
    guard let conduit = conduitStore[id] else { return }
    let subject = notification.subscription.broadcaster?.rawValue ?? notification.id
    let home = Int(stableHash(subject) % UInt64(conduit.shardCount))
    guard let fault = faults.takeDelivery(notification.type, shard: String(home)) else {
      deliver(notification, to: home, of: conduit)
      return deliverHeld()
    }
    distort(notification, fault, home: home, of: conduit)
  }

  func deliver(_ notification: Notification, to home: Int, of conduit: Conduit) {
    if conduit.isEnabled(home) { return put(notification, on: home, of: conduit) }
    let others = (0..<conduit.shardCount).filter { $0 != home }
    guard let other = others.randomElement(using: &mint), conduit.isEnabled(other) else {
      counts.lost += 1
      enter(notification, .lost)
      return record("notification.lost", ["type": notification.type, "shard": String(home)])
    }
    counts.retried += 1
    put(notification, on: other, of: conduit)
  }

  func put(_ notification: Notification, on shard: Int, of conduit: Conduit) {
    switch conduit.shards[shard]?.transport {
    case .webSocket(let id, _, _):
      if let session = sessions[id] {
        enter(notification, session.isSilent ? .unheard : .sent, shard: shard, session: id)
      }
      put(notification, on: id)
    case .webhook(let callback, let secret):
      post(notification, to: callback, secret: secret, owner: .shard(conduit.id, shard))
    case nil: break
    }
  }

  private func put(_ notification: Notification, on id: Identifier<Session>) {
    guard let session = sessions[id], let socket = session.socket else { return }
    counts.notifications += 1
    session.send(notification.frame.text, at: deadlines.now)
    // A client that reads nothing would be kept in memory for ever.
    guard socket.queuedBytes > Simulator.queueLimit else { return }
    lost(session, socket, status: "websocket_network_timeout")
    socket.abort()
  }
}
