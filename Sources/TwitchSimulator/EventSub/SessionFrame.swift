/// The frames that are about the session itself.
enum SessionFrame {
  /// The greeting, which may name another keepalive than the one that holds.
  static func welcome(_ session: Simulator.Session, keepalive: JSON?, id: String, at now: Moment) -> JSON {
    frame(
      "session_welcome", id: id, at: now,
      ["session": describe(session, "connected", keepalive: keepalive ?? .int(session.keepalive), url: nil)])
  }

  static func keepalive(id: String, at now: Moment) -> JSON { frame("session_keepalive", id: id, at: now, [:]) }

  static func reconnect(_ session: Simulator.Session, url: String, id: String, at now: Moment) -> JSON {
    frame(
      "session_reconnect", id: id, at: now,
      ["session": describe(session, "reconnecting", keepalive: nil, url: .string(url))])
  }

  private static func describe(
    _ session: Simulator.Session, _ status: String, keepalive: JSON, url: JSON
  ) -> JSON {
    [
      "id": JSON(session.id), "status": .string(status), "connected_at": .string(session.connectedAt.timestamp),
      "keepalive_timeout_seconds": keepalive, "reconnect_url": url, "recovery_url": nil,
    ]
  }

  private static func frame(_ type: String, id: String, at now: Moment, _ payload: JSON) -> JSON {
    [
      "metadata": [
        "message_id": .string(id), "message_type": .string(type), "message_timestamp": .string(now.timestamp),
      ],
      "payload": payload,
    ]
  }
}
