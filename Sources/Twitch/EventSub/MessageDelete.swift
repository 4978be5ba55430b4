/// One chat message that a moderator deleted.
public struct MessageDelete: Hashable, Sendable {
  /// The channel it was in.
  public var broadcaster: ChatUser
  /// Who had written it.
  public var target: ChatUser
  /// Which message it was.
  public var messageID: MessageID

  /// Creates the event.
  public init(broadcaster: ChatUser, target: ChatUser, messageID: MessageID) {
    self.broadcaster = broadcaster
    self.target = target
    self.messageID = messageID
  }
}
