import HTTPTypes
import WebSockets

/// What moderators do over the API, with user tokens.
extension Simulator {
  func deleteChatMessages(_ call: HelixCall) throws(HelixFailure) -> Response {
    let moderator = try call.user(with: "moderator:manage:chat_messages")
    let owner = try channel(call, moderator: moderator).owner.rawValue
    do throws(SimulatorError) {
      if let id = call.query["message_id"] {
        try deleteMessage(Identifier(id), in: owner)
      } else {
        try clearChat(owner)
      }
    } catch {
      throw HelixFailure(404, "The message was not found.")
    }
    return Response(.noContent)
  }

  func banUser(_ call: HelixCall) throws(HelixFailure) -> JSON {
    let moderator = try call.user(with: "moderator:manage:banned_users")
    let channel = try channel(call, moderator: moderator)
    guard let data = call.body["data"], let target = data["user_id"]?.string else { throw .missing("user_id") }
    let seconds = data["duration"]?.int
    do throws(SimulatorError) {
      try ban(target, in: channel.owner.rawValue, seconds: seconds.map(Double.init))
    } catch {
      throw HelixFailure(400, "The user specified in the user_id field may not be banned.")
    }
    let now = deadlines.wall
    return [
      "data": [
        [
          "broadcaster_id": JSON(channel.owner), "moderator_id": JSON(moderator), "user_id": .string(target),
          "created_at": .string(now.timestampInSeconds),
          "end_time": JSON(seconds.map { (now + Double($0)).timestampInSeconds }),
        ]
      ]
    ]
  }

  func unbanUser(_ call: HelixCall) throws(HelixFailure) -> Response {
    let moderator = try call.user(with: "moderator:manage:banned_users")
    let channel = try channel(call, moderator: moderator)
    let target = Identifier<User>(try call.required("user_id"))
    guard channel.bans.removeValue(forKey: target) != nil else {
      throw HelixFailure(400, "The user in the user_id query parameter is not banned.")
    }
    return Response(.noContent)
  }
}
