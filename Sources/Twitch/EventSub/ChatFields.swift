/// The fields of `channel.chat.message` and `channel.chat.notification`, which have most of them in common.
///
/// This is the hot path: one pass, each wanted string made once, everything else stepped over.
struct ChatFields: ~Copyable {
  private var broadcaster = ChatUserFields()
  private var chatter = ChatUserFields()
  private var sourceBroadcaster = ChatUserFields()
  private var messageID: String?
  private var sourceMessageID: String?
  private var isAnonymous: Bool?
  private var body: (text: String, fragments: [Fragment])?
  private var color: String?
  private var badges: [Badge] = []
  private var sourceBadges: [Badge] = []
  private var messageType: String?
  private var noticeType: String?
  private var systemMessage: String?
  private var cheerBits: Int?
  private var reply: Reply?

  init(from reader: inout JSONReader) throws(JSONError) {
    guard try reader.beginObject() else { throw .missing("event") }
    while let field = try reader.nextField() {
      switch field {
      case .broadcasterID: broadcaster.id = try reader.string()
      case .broadcasterLogin: broadcaster.login = try reader.string()
      case .broadcasterName: broadcaster.name = try reader.string()
      case .chatterID: chatter.id = try reader.string()
      case .chatterLogin: chatter.login = try reader.string()
      case .chatterName: chatter.name = try reader.string()
      case .chatterIsAnonymous: isAnonymous = try reader.boolean()
      case .sourceBroadcasterID: sourceBroadcaster.id = try reader.string()
      case .sourceBroadcasterLogin: sourceBroadcaster.login = try reader.string()
      case .sourceBroadcasterName: sourceBroadcaster.name = try reader.string()
      case .messageID: messageID = try reader.string()
      case .sourceMessageID: sourceMessageID = try reader.string()
      case .message: body = try reader.chatText()
      case .color: color = try reader.string()
      case .badges: badges = try reader.badges()
      case .sourceBadges: sourceBadges = try reader.badges()
      case .messageType: messageType = try reader.string()
      case .noticeType: noticeType = try reader.string()
      case .systemMessage: systemMessage = try reader.string()
      case .cheer: cheerBits = try reader.cheerBits()
      case .reply: reply = try reader.reply()
      default: try reader.skip()
      }
    }
  }

  /// The fields as a chat message.
  consuming func message() throws(JSONError) -> ChatMessage {
    guard let messageID else { throw .missing("message_id") }
    guard let body else { throw .missing("message.text") }
    let action = Self.action(in: body.text)
    return ChatMessage(
      id: MessageID(messageID), broadcaster: try broadcaster.user(named: "broadcaster_user_id"),
      chatter: try chatter.user(named: "chatter_user_id"),
      body: Self.unwrapped(action ?? body.text, body.fragments), isAction: action != nil,
      type: messageType ?? "text", color: chosenColor, badges: badges, cheerBits: cheerBits, reply: reply,
      source: source)
  }

  /// The fields as a notice.
  consuming func notice() throws(JSONError) -> ChatNotice {
    guard let messageID else { throw .missing("message_id") }
    return ChatNotice(
      id: MessageID(messageID), broadcaster: try broadcaster.user(named: "broadcaster_user_id"),
      chatter: isAnonymous == true ? nil : chatter.user, noticeType: noticeType ?? "",
      systemMessage: systemMessage ?? "",
      body: Self.unwrapped(body?.text ?? "", body?.fragments ?? []), color: chosenColor, badges: badges,
      source: source)
  }

  /// The colour, if it is one; whoever never chose one has the empty text.
  private var chosenColor: String? {
    color.flatMap { HexColor.isOne($0) ? $0 : nil }
  }

  /// During shared chat IRC names the own channel as the source of local messages; read it the same way here.
  private var source: SharedSource? {
    guard let other = sourceBroadcaster.user, other.id.rawValue != broadcaster.id else { return nil }
    return SharedSource(
      broadcaster: other, messageID: sourceMessageID.map { MessageID($0) }, badges: sourceBadges)
  }

  /// What `/me` wrote, without the wrapper `U+0001 ACTION … U+0001` whose end may be missing; `nil` for ordinary text.
  private static func action(in text: String) -> String? {
    // Byte by byte: with an accent or a joiner behind it, the space is one character with that.
    let prefix = "\u{1}ACTION ".utf8
    return text.utf8.starts(with: prefix)
      ? String(text[text.utf8.index(text.startIndex, offsetBy: prefix.count)...]) : nil
  }

  /// The text and its fragments, without the character that wraps an action; it means nothing to people wherever it is.
  private static func unwrapped(_ text: String, _ fragments: [Fragment]) -> ChatText {
    guard text.utf8Span.span.contains(1) else { return ChatText(text, fragments: fragments) }
    let fragments = fragments.map { Fragment($0.text.withoutWrapper, $0.kind) }
    return ChatText(text.withoutWrapper, fragments: fragments)
  }
}

extension String {
  fileprivate var withoutWrapper: String { String(String.UnicodeScalarView(unicodeScalars.filter { $0 != "\u{1}" })) }
}
