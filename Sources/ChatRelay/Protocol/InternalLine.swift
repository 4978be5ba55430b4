import Storage
import Twitch

/// A line of the internal chat: for everybody on the stream, or for one user.
struct InternalLine: RoomMessage {
  var id: String
  var style: LineStyle
  var from: User
  /// The one it is for, when it is private.
  var to: User?
  var text: String
  var time: Timestamp

  var account: AccountID { .internalChat }
  var messageID: String { id }
  var author: Author? { Author(from.id) }
  var audience: Set<UserID>? { to.map { [from.id, $0.id] } }

  func write(to json: inout JSONWriter) {
    var markdown = Markdown()
    markdown.append(text)
    json.member("type", style.rawValue)
    json.member("account_id", AccountID.internalChat.rawValue)
    json.member("network", Network.irc.rawValue)
    json.member("id", id)
    json.member("timestamp", time.milliseconds)
    json.member("text", text)
    json.member("markdown", markdown.text)
    json.member("from") { $0.person(from) }
    if let to { json.member("to") { $0.person(to) } }
  }
}

extension JSONWriter {
  fileprivate mutating func person(_ user: User) {
    member("id", user.id.rawValue)
    member("name", DisplayName.safe(user.username))
  }
}
