/// Something that chat announces by itself: a subscription, a gift, a raid, an announcement, …
public struct ChatNotice: Hashable, Sendable {
  /// The notice's own message id in this channel.
  public var id: MessageID
  /// The channel whose chat carries it.
  public var broadcaster: ChatUser
  /// Whom it is about, or `nil` for somebody anonymous.
  public var chatter: ChatUser?
  /// `sub`, `resub`, `raid`, `announcement`, `shared_chat_…`; an open set, kept as Twitch says it.
  public var noticeType: String
  /// Twitch's sentence for people; empty for an announcement.
  public var systemMessage: String
  /// What the user wrote along with it; often empty.
  public var body: ChatText
  /// The chatter's name colour as `#RRGGBB`, when one was chosen.
  public var color: String?
  /// The chatter's badges in this channel.
  public var badges: [Badge]
  /// Where it really happened, when shared chat brought it here from another channel.
  public var source: SharedSource?

  /// Creates a notice; everything but where and what has a default.
  public init(
    id: MessageID, broadcaster: ChatUser, chatter: ChatUser? = nil, noticeType: String, systemMessage: String = "",
    body: ChatText = ChatText(""), color: String? = nil, badges: [Badge] = [], source: SharedSource? = nil
  ) {
    self.id = id
    self.broadcaster = broadcaster
    self.chatter = chatter
    self.noticeType = noticeType
    self.systemMessage = systemMessage
    self.body = body
    self.color = color
    self.badges = badges
    self.source = source
  }
}
