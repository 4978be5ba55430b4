import Testing

@testable import Twitch

/// Reads a frame, with keys that are not expected and with such as are: as they are in the frame itself, and as they were in another one.
func decoded(_ frame: [UInt8]) throws(EventSubError) -> EventSubMessage {
  var keys = KeyOrder.unknown
  let first = Result { () throws(EventSubError) in try EventSubMessage(frame, keys: &keys) }
  #expect(Result { () throws(EventSubError) in try EventSubMessage(frame, keys: &keys) } == first)
  for sample in ["notification_channel_chat_message_reply", "notification_channel_chat_notification_sub"] {
    guard let other = try? Sample(sample).data else { continue }
    _ = try? EventSubMessage(Array(other), keys: &keys)
    #expect(Result { () throws(EventSubError) in try EventSubMessage(frame, keys: &keys) } == first)
  }
  return try first.get()
}
