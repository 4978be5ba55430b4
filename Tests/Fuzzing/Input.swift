/// An input of several parts: lines, each up to a line feed, and at last the rest.
struct Input {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  /// The next byte; zero at the end.
  mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

  /// The next line without its end.
  mutating func line() -> String {
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    bytes = bytes[line.endIndex...].dropFirst()
    return String(decoding: line, as: UTF8.self)
  }

  /// All that is left.
  mutating func rest() -> [UInt8] {
    defer { bytes = [] }
    return Array(bytes)
  }

  /// All that is left, whole and in pieces; the next three bytes choose where these end.
  mutating func pieces() -> (whole: [UInt8], pieces: [[UInt8]]) {
    let steps = (0..<3).map { _ in Int(byte()) + 1 }
    let whole = rest()
    var pieces: [[UInt8]] = []
    var start = 0
    while start < whole.count {
      let end = min(whole.count, start + steps[pieces.count % steps.count])
      pieces.append(Array(whole[start..<end]))
      start = end
    }
    return (whole, pieces)
  }
}
