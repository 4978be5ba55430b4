/// One line of chat, as `channel.chat.message` brings it.
///
/// It is large, and an initialiser that is written out makes a copy of it at its end: the compiler's own does not.
public struct ChatMessage: Hashable, Sendable {
  /// The message's id in this channel; deletions and replies name it.
  public var id: MessageID
  /// The channel whose chat carries it.
  public var broadcaster: ChatUser
  /// Who wrote it.
  public var chatter: ChatUser
  /// The text and its parts.
  public var body: ChatText
  /// Whether it was written with `/me`. The wrapper Twitch marks that with is already taken off the text.
  public var isAction = false
  /// `text`, `channel_points_highlighted`, `user_intro`, …; an open set.
  public var type = "text"
  /// The chatter's name colour as `#RRGGBB`, when one was chosen.
  public var color: String?
  /// The chatter's badges in this channel.
  public var badges: [Badge] = []
  /// How many bits the message cheers, when it does.
  public var cheerBits: Int?
  /// What it answers to.
  public var reply: Reply?
  /// Where it was really written, when shared chat brought it here from another channel.
  public var source: SharedSource?

  /// The whole text, without the wrapper of `/me`.
  public var text: String { body.text }
  /// The ordered parts of the text; joined they are the text.
  public var fragments: [Fragment] { body.fragments }
}
