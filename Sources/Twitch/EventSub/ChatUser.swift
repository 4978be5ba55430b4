/// Somebody an event names: a broadcaster, a chatter, a moderated or mentioned user.
///
/// Only `id` is stable; login and display name change, so nothing may be keyed on them.
public struct ChatUser: Hashable, Sendable {
  /// Twitch's id of the user, which never changes.
  public var id: TwitchUserID
  /// The ASCII name in URLs and mentions; empty when Twitch left it out.
  public var login: String
  /// The name as the user wants it shown, possibly not in Latin letters; empty when Twitch left it out.
  public var name: String

  /// Creates a user from what an event says.
  public init(id: TwitchUserID, login: String = "", name: String = "") {
    self.id = id
    self.login = login
    self.name = name
  }
}
