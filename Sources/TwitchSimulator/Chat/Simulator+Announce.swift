import HTTPTypes
import WebSockets

/// Announcements and whispers over the API.
extension Simulator {
  func sendAnnouncement(_ call: HelixCall) throws(HelixFailure) -> Response {
    let moderator: Identifier<User>
    if call.token.user == nil {
      moderator = Identifier(try call.required("moderator_id"))
      guard tokens.scopes(of: moderator, for: call.client)?.contains("user:bot") == true,
        isWelcome(moderator, in: Identifier(try call.required("broadcaster_id")), call.client)
      else { throw HelixFailure(401, "Missing scope: user:bot") }
    } else {
      moderator = try call.user(with: "moderator:manage:announcements")
    }
    let channel = try channel(call, moderator: moderator)
    let text = try call.requiredText("message")
    let color = call.body["color"]?.string ?? "primary"
    guard ["blue", "green", "orange", "purple", "primary"].contains(color.lowercased()) else {
      throw HelixFailure(400, "The color is not valid.")
    }
    let now = deadlines.now
    if let last = lastAnnouncement[channel.owner], now - last < 2 { throw .tooMany }
    lastAnnouncement[channel.owner] = now
    let cut = String(String.UnicodeScalarView(text.unicodeScalars.prefix(500)))
    do throws(SimulatorError) {
      try notify(Notice("announcement", from: moderator.rawValue, text: cut, color: color), in: channel.owner.rawValue)
    } catch {
      throw HelixFailure(400, String(describing: error))
    }
    return Response(.noContent)
  }

  func sendWhisper(_ call: HelixCall) throws(HelixFailure) -> Response {
    let author = try call.user(with: "user:manage:whispers")
    guard try call.required("from_user_id") == author.rawValue else {
      throw HelixFailure(401, "The ID in from_user_id must match the user ID found in the request's OAuth token.")
    }
    let target = Identifier<User>(try call.required("to_user_id"))
    guard target != author else { throw HelixFailure(400, "A user cannot whisper to themself.") }
    guard let reader = people[target], let from = people[author] else {
      throw HelixFailure(404, "The ID in to_user_id was not found.")
    }
    let text = try call.requiredText("message")
    publish(
      "user.whisper.message", to: target,
      named("from_user", from).adding(named("to_user", reader)).adding([
        "whisper_id": .string(mint.uuid()),
        "whisper": ["text": .string(String(String.UnicodeScalarView(text.unicodeScalars.prefix(500))))],
      ]))
    return Response(.noContent)
  }
}
