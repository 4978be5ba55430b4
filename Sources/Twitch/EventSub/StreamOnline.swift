/// A stream that began.
public struct StreamOnline: Hashable, Sendable {
  /// Whose stream it is.
  public var broadcaster: ChatUser
  /// Twitch's id of the broadcast.
  public var streamID: String?
  /// Mostly `live`; historically also `rerun`, `playlist` and others.
  public var type: String
  /// When it began, as Twitch wrote it (RFC 3339).
  public var startedAt: String?

  /// Creates the event.
  public init(broadcaster: ChatUser, streamID: String? = nil, type: String = "live", startedAt: String? = nil) {
    self.broadcaster = broadcaster
    self.streamID = streamID
    self.type = type
    self.startedAt = startedAt
  }
}
