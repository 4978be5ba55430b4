import FoundationEssentials
import HTTPTypes
import WebSockets

/// What `api.twitch.tv` does: token, client id, rate limit, and then the endpoint.
extension Simulator {
  func helix(_ request: Request) async -> Response {
    let path = String(request.path.dropFirst("/helix".count))
    var standing: RateLimits.Standing?
    var response: Response
    do throws(HelixFailure) {
      let token = try authenticate(request)
      let pool: RateLimits.Pool = request.method == .post && path == "/chat/messages" ? .chat : .api
      let key = RateLimits.Key(client: token.client, user: token.user, pool: pool)
      let limit = pool == .chat ? behavior.chatRateLimit : behavior.rateLimit
      let spent = limits.spend(key, limit: limit, over: behavior.rateLimitSeconds, at: deadlines.wall)
      standing = spent.standing
      counts.leastPoints = min(counts.leastPoints ?? .max, spent.standing.remaining)
      guard spent.allowed else { throw HelixFailure.tooMany }
      let body = try body(of: request)
      response = try answer(
        HelixCall(method: request.method, path: path, query: request.query, body: body, token: token))
    } catch {
      response = error.response
    }
    setHeaders(standing, of: &response)
    return response
  }

  private func authenticate(_ request: Request) throws(HelixFailure) -> Tokens.Access {
    let words = Simulator.words(request.headers[.authorization] ?? "")
    guard words.count == 2, words[0].lowercased() == "bearer" else { throw HelixFailure(401, "OAuth token is missing") }
    guard let token = tokens.valid(words[1], at: deadlines.now) else {
      throw HelixFailure(401, "Invalid OAuth token")
    }
    guard let client = HTTPField.Name("Client-Id").flatMap({ request.headers[$0] }) else {
      throw HelixFailure(401, "Must provide a valid Client-ID or OAuth token")
    }
    guard client == token.client.rawValue else {
      throw HelixFailure(401, "Client ID and OAuth token do not match")
    }
    return token
  }

  private func body(of request: Request) throws(HelixFailure) -> JSON {
    guard var body = request.body.isEmpty ? [:] : JSON(request.body), body.isObject else {
      throw HelixFailure(400, "The request body is not valid JSON.")
    }
    guard [.post, .put, .patch].contains(request.method) else { return body }
    for item in request.query.items where body[item.name] == nil {
      body[item.name] = ["true", "false"].contains(item.value) ? .bool(item.value == "true") : .string(item.value)
    }
    return body
  }

  private func setHeaders(_ standing: RateLimits.Standing?, of response: inout Response) {
    let limit = behavior.rateLimit
    let shown = standing ?? .init(limit: limit, remaining: limit, reset: deadlines.wall.unixSeconds)
    for (name, value) in [
      ("Ratelimit-Limit", shown.limit), ("Ratelimit-Remaining", shown.remaining), ("Ratelimit-Reset", shown.reset),
    ] {
      if let name = HTTPField.Name(name) { response.headers[name] = String(value) }
    }
  }

  private func answer(_ call: HelixCall) throws(HelixFailure) -> Response {
    switch (call.method, call.path) {
    case (.get, "/users"): .json(try getUsers(call).data)
    case (.get, "/streams"): .json(try getStreams(call).data)
    case (.get, "/channels"): .json(try getChannels(call).data)
    case (.get, "/authorization/users"): .json(try getAuthorizations(call).data)
    case (.get, "/chat/color"): .json(try getColors(call).data)
    case (.put, "/chat/color"): try setColor(call)
    case (.get, "/chat/chatters"): .json(try getChatters(call).data)
    case (.get, "/chat/settings"): .json(try getChatSettings(call).data)
    case (.get, "/chat/emotes/global"): .json(globalEmotes().data)
    case (.get, "/chat/emotes"): .json(try channelEmotes(call).data)
    case (.get, "/chat/emotes/set"): .json(try emoteSets(call).data)
    case (.get, "/chat/emotes/user"): .json(try userEmotes(call).data)
    case (.get, "/chat/badges/global"): .json(globalBadges().data)
    case (.get, "/chat/badges"): .json(try channelBadges(call).data)
    case (.get, "/bits/cheermotes"): .json(cheermotes().data)
    case (.get, "/shared_chat/session"): .json(try getSharedChat(call).data)
    case (.post, "/chat/messages"): .json(try sendMessage(call).data)
    case (.post, "/chat/announcements"): try sendAnnouncement(call)
    case (.post, "/whispers"): try sendWhisper(call)
    case (.delete, "/moderation/chat"): try deleteChatMessages(call)
    case (.post, "/moderation/bans"): .json(try banUser(call).data)
    case (.delete, "/moderation/bans"): try unbanUser(call)
    case (.get, "/eventsub/subscriptions"): .json(try listSubscriptions(call).data)
    case (.post, "/eventsub/subscriptions"): .json(try createSubscription(call).data, status: .accepted)
    case (.delete, "/eventsub/subscriptions"): try deleteSubscription(call)
    case (.get, "/eventsub/conduits"): .json(try listConduits(call).data)
    case (.post, "/eventsub/conduits"): .json(try createConduit(call).data)
    case (.patch, "/eventsub/conduits"): .json(try updateConduit(call).data)
    case (.delete, "/eventsub/conduits"): try deleteConduit(call)
    case (.get, "/eventsub/conduits/shards"): .json(try listShards(call).data)
    case (.patch, "/eventsub/conduits/shards"): .json(try updateShards(call).data, status: .accepted)
    default: throw .notFound
    }
  }
}
