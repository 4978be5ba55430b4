import Storage

/// Who may do what, as storage says at this moment.
struct Permissions {
  var directory: Directory

  /// Finds both ends of a route that a user wants to write along, or says why not.
  ///
  /// Asked for a writer and again for each line, since shares come and go.
  func writer(
    _ route: Route, for user: UserID, on stream: StreamID
  ) throws(RequestError) -> (sender: Account, target: Account) {
    try mayWrite(user, on: stream)
    let own = directory.accounts(of: stream)
    guard let target = own.first(where: { $0.id == route.target }) else {
      throw RequestError(.unknownAccount, "This stream has no such account to write to.")
    }
    let isOwn = own.contains { $0.id == route.sender }
    guard isOwn || directory.canUse(route.sender, user), let sender = directory.accounts[route.sender] else {
      throw RequestError(.notPermitted, "You may not send with this account.")
    }
    guard sender.identity.network == target.identity.network else {
      throw RequestError(.notPermitted, "These accounts are on different networks.")
    }
    return (sender, target)
  }

  /// Refuses whoever may only read.
  func mayWrite(_ user: UserID, on stream: StreamID) throws(RequestError) {
    guard directory.chatLevel(of: user, in: stream) == .write else {
      throw RequestError(.notPermitted, "You may only read here.")
    }
  }
}
