/// The three fields that name somebody, before they are known to be complete.
struct ChatUserFields {
  var id: String?
  var login: String?
  var name: String?

  /// The user, if there is one.
  var user: ChatUser? {
    id.map { ChatUser(id: TwitchUserID($0), login: login ?? "", name: name ?? "") }
  }

  /// The user, who must be there.
  func user(named field: String) throws(JSONError) -> ChatUser {
    guard let user else { throw .missing(field) }
    return user
  }
}
