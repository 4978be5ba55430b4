import FoundationEssentials

@testable import ChatRelay
@testable import Storage
@testable import Twitch

/// What EventSub sends: whatever it is, it is skipped or becomes a message that every client can read, the same whether or not its
/// keys were expected.
func readFrame(_ frame: [UInt8]) {
  checkReader(frame)
  var keys = KeyOrder.unknown
  let first = try? EventSubMessage(frame, keys: &keys)
  promise((try? EventSubMessage(frame, keys: &keys)) == first, "expected keys are the same keys")
  guard let message = first else { return }
  promise(isObject(frame), "a message is one JSON object")
  drive(message)
  if case .notification(let notification) = message { check(notification) }
}

/// What our reader takes for JSON is JSON to Foundation's as well. Escapes in what is skipped are not looked at, so they are left out.
private func checkReader(_ text: [UInt8]) {
  guard !text.contains(UInt8(ascii: "\\")), JSONReader.accepts(text) else { return }
  promise((try? JSONDecoder().decode(AnyJSON.self, from: Data(text))) != nil, "the reader took what is no JSON")
}

private struct AnyJSON: Decodable {
  init(from decoder: any Decoder) throws {}
}

/// A session has to come through whatever it is told.
private func drive(_ message: EventSubMessage) {
  let now = ContinuousClock.now
  var session = SessionState(url: "wss://eventsub.example/ws", at: now)
  guard case .connect(let link, _) = session.firstStep else { return }
  for _ in 0..<2 {
    _ = session.receive(message, on: link, at: now)
    if let deadline = session.deadline { _ = session.tick(at: deadline) }
  }
}

private func check(_ notification: Twitch.Notification) {
  let time = notification.timestamp ?? Twitch.Timestamp(Date(timeIntervalSince1970: 0))
  let (stream, account) = (StreamID(rawValue: 21), AccountID(rawValue: 14))
  switch notification.event {
  case .message(let message):
    let body = RichText(message.body, images: EmoteImages(template: EmoteImages.twitch))
    check(body, of: message.body)
    check(
      Line(
        stream: stream, account: account, message: message, badges: worn(message.badges),
        sourceBadges: worn(message.source?.badges ?? []), time: time, body: body), says: body.text)
  case .notice(let notice):
    let body = RichText(notice.body, images: EmoteImages(template: EmoteImages.twitch))
    check(body, of: notice.body)
    check(
      NoticeMessage(
        stream: stream, account: account, notice: notice, badges: worn(notice.badges), time: time, body: body),
      says: notice.systemMessage)
  case .messageDelete(let deletion):
    check(ModerationMessage(stream: stream, account: account, what: .message(deletion.messageID), time: time))
  case .clearUserMessages(_, let target):
    check(ModerationMessage(stream: stream, account: account, what: .user(target.id), time: time))
  default: break
  }
}

/// Badges of which every other one's looks are known: its title is then what is fuzzed.
private func worn(_ badges: [Badge]) -> [WornBadge] {
  badges.enumerated().map { place, badge in
    let version = BadgeSet.Version(id: badge.id, title: badge.setID, imageURL: "https://static-cdn.example/\(badge.id)")
    return WornBadge(badge: badge, appearance: place.isMultiple(of: 2) ? WornBadge.Appearance(version) : nil)
  }
}

private func check(_ message: some RoomMessage, says text: String? = nil) {
  let entry = message.entry(at: Cursor(StreamID(rawValue: 21), 7))
  let json = entry.payload
  promise(isObject(json), "what clients get is JSON")
  promise((try? HistorySegment.decode(HistorySegment([entry]).bytes)) == [entry], "history keeps what was said")
  guard let text else { return }
  // The text comes out of the JSON as it went in, by our reader and by Foundation's.
  promise((try? TextMember(json))?.text == text, "our reader reads the text back")
  promise(
    (try? JSONDecoder().decode(DecodedText.self, from: Data(json)))?.text.unicodeScalars.elementsEqual(
      text.unicodeScalars) == true, "Foundation reads the text back")
}

private struct DecodedText: Decodable { var text: String }

private struct TextMember {
  var text: String?

  init(_ json: [UInt8]) throws(JSONError) {
    var reader = try JSONReader(json)
    guard try reader.beginObject() else { return }
    while let field = try reader.nextField() {
      if field == .text { text = try reader.string() } else { try reader.skip() }
    }
    try reader.end()
  }
}
