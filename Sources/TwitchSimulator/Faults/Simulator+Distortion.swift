import WebSockets

/// What delivery faults do to a notification.
extension Simulator {
  func distort(_ notification: Notification, _ fault: DeliveryFault, home: Int, of conduit: Conduit) {
    record("fault.delivery", ["kind": fault.kind.rawValue, "type": notification.type])
    var changed = notification
    switch fault.kind {
    case .duplicate:
      deliver(notification, to: home, of: conduit)
      deliver(notification, to: home, of: conduit)
    case .duplicateNewId:
      deliver(notification, to: home, of: conduit)
      changed.id = mint.notificationID()
      deliver(changed, to: home, of: conduit)
    case .twoShards:
      deliver(notification, to: home, of: conduit)
      deliver(notification, to: (home + 1) % conduit.shardCount, of: conduit)
    case .otherShard: deliver(notification, to: (home + 1) % conduit.shardCount, of: conduit)
    case .delay: deadlines.after(fault.delay ?? 1) { self.deliverAgain(notification, to: home, of: conduit.id) }
    case .swap: return heldNotifications.append((notification, home, conduit.id))
    case .drop:
      counts.lost += 1
      enter(notification, .lost)
    case .nullArrays:
      changed.event = notification.event?.withNullArrays
      deliver(changed, to: home, of: conduit)
    case .unknownValues:
      changed.event = notification.event?.withUnknownValues
      deliver(changed, to: home, of: conduit)
    case .unknownType:
      changed.strangeType = "channel.brand_new"
      deliver(changed, to: home, of: conduit)
    case .huge:
      changed.event = notification.event?.adding(["brand_new": .string(String(repeating: "x", count: 1 << 20))])
      deliver(changed, to: home, of: conduit)
    case .brokenJSON, .brokenUTF8: breakFrame(notification, fault.kind, home: home, of: conduit)
    }
    deliverHeld()
  }

  /// Sends what waited for another notification to go first.
  func deliverHeld() {
    let waiting = heldNotifications
    heldNotifications = []
    for (notification, home, conduit) in waiting { deliverAgain(notification, to: home, of: conduit) }
  }

  private func deliverAgain(_ notification: Notification, to home: Int, of id: Identifier<Conduit>) {
    if let conduit = conduitStore[id] { deliver(notification, to: home, of: conduit) }
  }

  private func breakFrame(_ notification: Notification, _ kind: DeliveryFault.Kind, home: Int, of conduit: Conduit) {
    guard case .webSocket(let id, _, _) = conduit.shards[home]?.transport, let session = sessions[id],
      !session.isSilent
    else { return }
    var bytes = notification.frame.bytes
    if kind == .brokenJSON { bytes.removeLast(bytes.count / 2) } else { bytes[bytes.count / 2] = 0xFF }
    enter(notification, .broken, shard: home, session: id)
    session.frames += 1
    session.socket?.send(bytes: bytes)
  }
}

extension JSON {
  /// Every array null, at any depth.
  fileprivate var withNullArrays: JSON {
    switch self {
    case .array: .null
    case .object(let members):
      .object(Members(list: members.list.map { .init(key: $0.key, value: $0.value.withNullArrays) }))
    default: self
    }
  }

  /// Enumerated values replaced by ones that nobody knows, and a key that nobody knows.
  fileprivate var withUnknownValues: JSON {
    guard case .object(var members) = self else { return self }
    for index in members.list.indices {
      let value = members.list[index].value
      switch members.list[index].key {
      case "message_type", "notice_type", "type": members.list[index].value = "brand_new_kind"
      case "message": members.list[index].value = value.withUnknownValues
      case "fragments":
        members.list[index].value = .array((value.array ?? []).map(\.withUnknownValues))
      default: continue
      }
    }
    members["brand_new_key"] = ["nested": [1, 2, 3]]
    return .object(members)
  }
}
