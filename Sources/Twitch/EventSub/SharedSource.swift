/// The other channel of a shared chat session in which a message was written.
public struct SharedSource: Hashable, Sendable {
  /// The channel it was written in.
  public var broadcaster: ChatUser
  /// Its id there. The same line seen through several channels has this id in common.
  public var messageID: MessageID?
  /// The chatter's badges there.
  public var badges: [Badge]

  /// Creates a source.
  public init(broadcaster: ChatUser, messageID: MessageID? = nil, badges: [Badge] = []) {
    self.broadcaster = broadcaster
    self.messageID = messageID
    self.badges = badges
  }
}
