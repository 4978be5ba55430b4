import Twitch

/// The objects that lines and notices have in common.
extension JSONWriter {
  /// The members of a Twitch user: of `from`, for instance.
  mutating func person(_ user: ChatUser, picture: String? = nil) {
    member("id", user.id.rawValue)
    member("name", DisplayName.safe(user.name.isEmpty ? user.login : user.name))
    if !user.login.isEmpty { member("login", user.login) }
    member("picture", ifPresent: picture)
  }

  /// A name's colour, when it is one: pages put it into their styles.
  mutating func color(_ color: String?) {
    guard let color, HexColor.isOne(color) else { return }
    member("color", color)
  }

  mutating func range<Content>(_ part: RichText.Part<Content>) {
    member("begin", part.begin)
    member("end", part.end)
  }
}
