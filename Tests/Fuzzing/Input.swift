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
}
