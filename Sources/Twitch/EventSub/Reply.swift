/// The message that another one answers to.
public struct Reply: Hashable, Sendable {
  /// The message answered to.
  public var parentID: MessageID
  /// What it said, when Twitch tells.
  public var parentText: String
  /// Who had written it.
  public var parentUser: ChatUser
  /// The first message of the thread, when Twitch tells.
  public var threadID: MessageID?

  /// Creates a reply.
  public init(parentID: MessageID, parentText: String = "", parentUser: ChatUser, threadID: MessageID? = nil) {
    self.parentID = parentID
    self.parentText = parentText
    self.parentUser = parentUser
    self.threadID = threadID
  }
}
