import Storage
import Twitch

/// Something may be missing between what came before this and what comes after.
struct GapMessage: RoomMessage {
  var stream: StreamID
  var time: Timestamp

  var kind: HistoryEntry.Kind { .gap }
  var account: AccountID { .internalChat }
  var messageID: String { "" }
  var author: Author? { nil }

  func write(to json: inout JSONWriter) {
    json.member("type", "gap")
    json.member("stream_id", stream.rawValue)
    json.member("timestamp", time.milliseconds)
  }
}
