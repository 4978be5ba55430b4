/// Something that clients are told: one JSON object in one text frame.
///
/// It is encoded once, however many connections get it.
protocol ServerMessage {
  /// Writes the object's members, `type` first.
  func write(to json: inout JSONWriter)
}

extension ServerMessage {
  /// The payload of the frame.
  func encoded() -> [UInt8] {
    var json = JSONWriter()
    json.object { write(to: &$0) }
    return json.bytes
  }
}
