import Storage

@testable import ChatRelay

/// What clients hand back as a cursor: only what a gateway gave out is one, so that a place has one name.
func readCursor(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  guard let cursor = Cursor(text) else { return }
  promise(cursor.text == text, "a cursor is read as it is written")
  promise(cursor.stream.rawValue > 0 && cursor.number >= 0, "a cursor is a place in a stream")
}
