/// https://dev.twitch.tv/docs/api/reference/#get-users, #get-streams and #get-authorization-by-user
extension Helix {
  /// Looks up accounts by id and by login name, 100 a call. Unknown ones are left out, the order is Twitch's.
  public func users(
    ids: [TwitchUserID] = [], logins: [String] = [], as token: Token = .app
  ) async throws(HelixError) -> [TwitchUser] {
    try await lists(HelixCall.users(ids: ids, logins: logins), as: token, of: TwitchUser.self)
  }

  /// Says which of these broadcasters are live, 100 a call. Whoever is not live is left out.
  ///
  /// Twitch's answer may be some minutes old: right after `stream.online` a channel can be missing still.
  public func streams(of broadcasters: [TwitchUserID], as token: Token = .app) async throws(HelixError)
    -> [TwitchStream]
  {
    try await lists(HelixCall.streams(of: broadcasters), as: token, of: TwitchStream.self)
  }

  /// Says what these users granted to the application, 10 a call. Who granted nothing is left out.
  ///
  /// What tells apart the reasons for a `.forbidden`.
  public func authorizations(of users: [TwitchUserID]) async throws(HelixError) -> [Authorization] {
    try await lists(HelixCall.authorizations(of: users), of: Authorization.self)
  }
}

/// As many calls as the names need; none for no names, since Twitch answers that with 400.
extension HelixCall {
  static func users(ids: [TwitchUserID], logins: [String]) -> [HelixCall] {
    let names = parameters("id", ids.map(\.rawValue)) + parameters("login", logins)
    return names.batches(of: 100).map { .get("users", Array($0)) }
  }

  /// The default page is 20 long however many are asked for.
  static func streams(of broadcasters: [TwitchUserID]) -> [HelixCall] {
    parameters("user_id", broadcasters.map(\.rawValue)).batches(of: 100).map {
      .get("streams", [("first", "100")] + $0)
    }
  }

  static func authorizations(of users: [TwitchUserID]) -> [HelixCall] {
    parameters("user_id", users.map(\.rawValue)).batches(of: 10).map { .get("authorization/users", Array($0)) }
  }

  private static func parameters(_ name: String, _ values: [String]) -> [(name: String, value: String)] {
    values.map { (name: name, value: $0) }
  }
}

extension Array {
  /// The elements in order, in slices of at most that many.
  fileprivate func batches(of size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
