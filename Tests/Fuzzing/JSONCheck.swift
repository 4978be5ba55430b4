@testable import Twitch

/// Whether bytes are one JSON object to the reader that is held to RFC 8259. What nests too deep for it is not looked at.
func isObject(_ bytes: [UInt8]) -> Bool {
  do throws(JSONError) {
    var reader = try JSONReader(bytes)
    guard try reader.beginObject() else { return false }
    while try reader.nextField() != nil { try reader.skip() }
    try reader.end()
    return true
  } catch {
    return error == .tooDeep
  }
}
