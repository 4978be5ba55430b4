/// https://dev.twitch.tv/docs/api/reference/#send-chat-message
extension Helix {
  /// Says a line in a channel's chat.
  ///
  /// Twitch takes up to 500 characters. With a user's token that user must be the sender; with the application's, the sender
  /// and the broadcaster must have let the application in (`user:bot`, `channel:bot`). A line that Twitch declines is a
  /// result. The line comes back over EventSub with the same id, maybe before this returns.
  public func sendChatMessage(
    _ text: String, to broadcaster: TwitchUserID, from sender: TwitchUserID, replyingTo parent: MessageID? = nil,
    as token: Token
  ) async throws(HelixError) -> ChatSendResult {
    let line = ChatLine(broadcaster: broadcaster, sender: sender, message: text, replyParent: parent)
    var call = HelixCall.post("chat/messages", line)
    call.isChatMessage = true
    return try await one(call, as: token, of: ChatSendAnswer.self).result
  }

  /// Gives the rules of a channel's chat, as far as they concern those who send.
  ///
  /// https://dev.twitch.tv/docs/api/reference/#get-chat-settings
  public func chatSettings(of broadcaster: TwitchUserID) async throws(HelixError) -> ChatSettings {
    try await one(.get("chat/settings", [("broadcaster_id", broadcaster.rawValue)]), of: ChatSettings.self)
  }
}

/// The rules of a channel's chat.
public struct ChatSettings: Hashable, Sendable, Decodable {
  /// How long people have to wait between their lines; `nil` when the chat is not in slow mode.
  public let slowModeWait: Duration?

  private enum CodingKeys: String, CodingKey {
    case isSlow = "slow_mode"
    case seconds = "slow_mode_wait_time"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let isSlow = try container.decodeIfPresent(Bool.self, forKey: .isSlow) ?? false
    let seconds = try container.decodeIfPresent(Int.self, forKey: .seconds)
    slowModeWait = isSlow ? seconds.map { .seconds($0) } : nil
  }
}

/// What became of a chat line.
public enum ChatSendResult: Hashable, Sendable {
  /// It is in the channel, with that id.
  case sent(MessageID)
  /// Twitch declined to post it: a code from an open list, and words for the one who wrote it.
  case dropped(code: String, message: String)
}

/// The request's body.
private struct ChatLine: Encodable {
  let broadcaster: TwitchUserID
  let sender: TwitchUserID
  let message: String
  let replyParent: MessageID?

  private enum CodingKeys: String, CodingKey {
    case broadcaster = "broadcaster_id"
    case sender = "sender_id"
    case message
    case replyParent = "reply_parent_message_id"
  }
}

/// The answer's only item. What was sent has an id; what was dropped may have one.
struct ChatSendAnswer: Decodable {
  private struct DropReason: Decodable {
    let code: String?
    let message: String?
  }

  let result: ChatSendResult

  private enum CodingKeys: String, CodingKey {
    case messageID = "message_id"
    case isSent = "is_sent"
    case dropReason = "drop_reason"
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    guard try keys.decode(Bool.self, forKey: .isSent) else {
      let reason = try keys.decodeIfPresent(DropReason.self, forKey: .dropReason)
      result = .dropped(code: reason?.code ?? "", message: reason?.message ?? "")
      return
    }
    let id = try keys.decode(MessageID.self, forKey: .messageID)
    guard !id.rawValue.isEmpty else {
      throw DecodingError.dataCorruptedError(forKey: .messageID, in: keys, debugDescription: "empty")
    }
    result = .sent(id)
  }
}
