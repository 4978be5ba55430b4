/// https://dev.twitch.tv/docs/api/reference/#get-users and #get-streams
extension Helix {
  /// Looks up accounts by id, 100 a call. Unknown ones are left out, the order is Twitch's.
  public func users(ids: [TwitchUserID], as token: Token = .app) async throws(HelixError) -> [TwitchUser] {
    try await lists(HelixCall.users(ids: ids), as: token, of: TwitchUser.self)
  }

  /// Says which of these broadcasters are live, 100 a call. Whoever is not live is left out.
  ///
  /// Twitch's answer may be some minutes old: right after `stream.online` a channel can be missing still.
  public func streams(of broadcasters: [TwitchUserID], as token: Token = .app) async throws(HelixError)
    -> [TwitchStream]
  {
    try await lists(HelixCall.streams(of: broadcasters), as: token, of: TwitchStream.self)
  }
}

/// As many calls as the names need; none for no names, since Twitch answers that with 400.
extension HelixCall {
  static func users(ids: [TwitchUserID]) -> [HelixCall] {
    parameters("id", ids).batches(of: 100).map { .get("users", Array($0)) }
  }

  /// The default page is 20 long however many are asked for.
  static func streams(of broadcasters: [TwitchUserID]) -> [HelixCall] {
    parameters("user_id", broadcasters).batches(of: 100).map {
      .get("streams", [("first", "100")] + $0)
    }
  }

  private static func parameters(_ name: String, _ users: [TwitchUserID]) -> [(name: String, value: String)] {
    users.map { (name: name, value: $0.rawValue) }
  }
}

extension Array {
  /// The elements in order, in slices of at most that many.
  fileprivate func batches(of size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
