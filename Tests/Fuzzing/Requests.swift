import FoundationEssentials
import Twitch

@testable import ChatRelay
@testable import Storage

/// What a client sends: whatever it is, it is understood within its limits, or refused in JSON that names the request.
func readRequest(_ frame: [UInt8]) {
  // A WebSocket hands on text alone.
  guard String(validating: frame, as: UTF8.self) != nil else { return }
  let request = ClientRequest(frame)
  promise((request.reference.id ?? "").unicodeScalars.count <= RequestKeys.longestID, "an id has a limit")
  switch request.action {
  case .failure(let error):
    promise(isObject(ErrorMessage(error: error, request: request.reference).encoded()), "an error is JSON")
  case .success(let action):
    promise(request.reference.type != nil, "who understands a request knows its type")
    promise(isObject(frame), "a request is one JSON object")
    if case .send(let draft) = action { check(draft, request.reference.id ?? "") }
  }
}

/// Whether a text that begins so is no command (FACTS 9.3).
private func isPlain(_ lead: String) -> Bool {
  lead.utf8.first != UInt8(ascii: "/") && lead.utf8.first != UInt8(ascii: ".") || ["/ ", ". "].contains(lead)
}

private func check(_ draft: Draft, _ id: String) {
  let wire = draft.wireText
  promise(!draft.text.isEmpty, "an empty line is refused")
  promise(wire.unicodeScalars.count <= Draft.longest, "a long line is refused")
  promise(!wire.unicodeScalars.contains { $0.properties.generalCategory == .control }, "a line is one line")
  let moment = Date(timeIntervalSince1970: 0)
  let user = User(id: UserID(rawValue: 1), username: "harbor")
  switch draft.destination {
  case .channel(let route):
    let lead = String(String.UnicodeScalarView(wire.unicodeScalars.prefix(2)))
    promise(draft.style == .emote ? wire.hasPrefix("/me ") : isPlain(lead), "the only command is /me")
    let result = SendResult(style: draft.style, id: id, route: route, outcome: .dropped(code: id, message: wire))
    promise(isObject(result.encoded()), "a result is JSON")
  case .room, .user:
    let line = InternalLine(
      id: id, style: draft.style, from: user, to: user, text: draft.text, time: Twitch.Timestamp(moment))
    promise(isObject(line.encoded()), "a line is JSON")
  }
}
