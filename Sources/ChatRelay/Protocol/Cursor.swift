import Storage

/// A place in a room's history, as clients hand it back. To them it is a text without a meaning.
struct Cursor: Equatable {
  var stream: StreamID
  var number: Int64

  init(_ stream: StreamID, _ number: Int64) {
    self.stream = stream
    self.number = number
  }

  /// Reads what a client handed back; `nil` for what no gateway ever gave out.
  init?(_ text: String) {
    let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let stream = Int64(parts[0]), let number = Int64(parts[1]), stream > 0, number >= 0 else {
      return nil
    }
    self.init(StreamID(rawValue: stream), number)
    guard self.text == text else { return nil }
  }

  var text: String { "\(stream)-\(number)" }
}
