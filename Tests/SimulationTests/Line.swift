@testable import Twitch

/// A line of chat, or an act of moderation, and what became of it.
final class Line {
  enum Content {
    case text
    /// A moderator took that line away.
    case delete(Line)
    /// A moderator took away all that somebody wrote.
    case clear(author: Int)
    /// A line of the internal chat, for one user only.
    case whisper
  }

  let channel: Int
  /// Its place in the channel: Twitch sent what has a smaller one before.
  let number: Int
  let author: Int
  let content: Content
  let sentAt: ContinuousClock.Instant
  /// Whether the running gateway read it from a socket.
  var hasArrived = false
  /// When the room handed it on.
  var publishedAt: ContinuousClock.Instant?
  /// Whether it is on disk.
  var isWritten = false
  /// It was read, and the program was killed before it was on disk.
  var wasCutOff = false
  /// How many copies are on their way.
  var copies = 0
  /// By when people have to be told that something is missing, once it is lost; `nil` while it is not.
  var toBeToldBy: ContinuousClock.Instant?
  /// Whether a moderator has said that it goes; nobody says that twice.
  var isCondemned = false
  /// When it was taken away by moderation, in the gateway's view.
  var removedAt: ContinuousClock.Instant?

  init(channel: Int, number: Int, author: Int, content: Content, at now: ContinuousClock.Instant) {
    self.channel = channel
    self.number = number
    self.author = author
    self.content = content
    sentAt = now
  }

  var id: String { "\(channel)-\(number)" }

  var isText: Bool { if case .text = content { true } else { false } }

  /// What it is, in a word.
  var kind: String {
    switch content {
    case .text: "text"
    case .delete(let line): "delete \(line.id)"
    case .clear(let author): "clear \(author)"
    case .whisper: "whisper"
    }
  }

  /// Whether the event that it is has an id besides the delivery's.
  var hasOwnID: Bool { if case .clear = content { false } else { true } }

  /// As Twitch delivers it.
  func notification(delivery: String, at timestamp: Timestamp) -> Twitch.Notification {
    let broadcaster = ChatUser(id: TwitchUserID("\(channel)"))
    let event: Event =
      switch content {
      case .text, .whisper:
        .message(
          ChatMessage(
            id: MessageID(id), broadcaster: broadcaster, chatter: ChatUser(id: TwitchUserID("a\(author)")),
            body: ChatText("")))
      case .delete(let line):
        .messageDelete(
          MessageDelete(
            broadcaster: broadcaster, target: ChatUser(id: TwitchUserID("a\(line.author)")),
            messageID: MessageID(line.id)))
      case .clear(let author):
        .clearUserMessages(broadcaster: broadcaster, target: ChatUser(id: TwitchUserID("a\(author)")))
      }
    return Notification(id: NotificationID(delivery), timestamp: timestamp, event: event)
  }
}
