/// https://dev.twitch.tv/docs/api/reference/#get-users, #get-streams and #get-authorization-by-user
extension Helix {
  /// Looks up accounts by id and by login name, 100 a call. Unknown ones are left out, the order is Twitch's.
  public func users(
    ids: [TwitchUserID] = [], logins: [String] = [], as token: Token = .app
  ) async throws(HelixError) -> [TwitchUser] {
    let names = ids.map { (name: "id", value: $0.rawValue) } + logins.map { (name: "login", value: $0) }
    var users: [TwitchUser] = []
    for batch in names.batches(of: 100) {
      users += try await list(.get("users", Array(batch)), as: token, of: TwitchUser.self)
    }
    return users
  }

  /// Says which of these broadcasters are live, 100 a call. Whoever is not live is left out.
  ///
  /// Twitch's answer may be some minutes old: right after `stream.online` a channel can be missing still.
  public func streams(of broadcasters: [TwitchUserID], as token: Token = .app) async throws(HelixError)
    -> [TwitchStream]
  {
    var streams: [TwitchStream] = []
    for batch in broadcasters.batches(of: 100) {
      // The default page is 20 long, whatever is asked for.
      let query = [(name: "first", value: "100")] + batch.map { (name: "user_id", value: $0.rawValue) }
      streams += try await list(.get("streams", query), as: token, of: TwitchStream.self)
    }
    return streams
  }

  /// Says what these users granted to the application, 10 a call. Who granted nothing is left out.
  ///
  /// What tells apart the reasons for a `.forbidden`.
  public func authorizations(of users: [TwitchUserID]) async throws(HelixError) -> [Authorization] {
    var authorizations: [Authorization] = []
    for batch in users.batches(of: 10) {
      let query = batch.map { (name: "user_id", value: $0.rawValue) }
      authorizations += try await list(.get("authorization/users", query), of: Authorization.self)
    }
    return authorizations
  }
}
