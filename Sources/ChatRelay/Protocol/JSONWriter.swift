import Twitch
import WebSockets

/// Writes JSON as UTF-8, member by member, without building a tree first.
///
/// Every message to a client is made with it: one way for all, and fast enough for the path that each chat line takes.
struct JSONWriter {
  /// What was written so far.
  private(set) var bytes: [UInt8] = []
  /// Whether something stands before the place where the next member or element goes.
  private var follows = false

  init(capacity: Int = 768) {
    bytes.reserveCapacity(capacity)
  }

  /// Writes `{`, what `members` writes, and `}`.
  mutating func object(_ members: (inout JSONWriter) -> Void) {
    begin("{")
    members(&self)
    end("}")
  }

  /// Writes an array with one element for each of `elements`.
  mutating func array<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void) {
    begin("[")
    for element in elements { write(&self, element) }
    end("]")
  }

  mutating func member(_ key: StaticString, object members: (inout JSONWriter) -> Void) {
    name(key)
    object(members)
  }

  /// Writes an object whose name is a number.
  mutating func member(_ key: some BinaryInteger, object members: (inout JSONWriter) -> Void) {
    if follows { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    number(key)
    bytes += [UInt8(ascii: "\""), UInt8(ascii: ":")]
    follows = false
    object(members)
  }

  mutating func member<Element>(
    _ key: StaticString, array elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
  ) {
    name(key)
    array(elements, write)
  }

  mutating func member(_ key: StaticString, _ value: String) {
    name(key)
    string(value)
  }

  mutating func member(_ key: StaticString, _ value: some BinaryInteger) {
    name(key)
    number(value)
    follows = true
  }

  mutating func member(_ key: StaticString, _ value: Bool) {
    name(key)
    raw(value ? "true" : "false")
  }

  /// Writes nothing when there is no value.
  mutating func member(_ key: StaticString, ifPresent value: String?) {
    if let value { member(key, value) }
  }

  private mutating func begin(_ bracket: Unicode.Scalar) {
    if follows { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: bracket))
    follows = false
  }

  private mutating func end(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(ascii: bracket))
    follows = true
  }

  /// Writes a name, with the comma that is due before it and its colon. Names are ours and need no escapes.
  private mutating func name(_ key: StaticString) {
    bytes.append(addingCapacity: key.utf8CodeUnitCount + 4) { output in
      if follows { output.append(UInt8(ascii: ",")) }
      output.append(UInt8(ascii: "\""))
      output.append(copying: key)
      output.append(UInt8(ascii: "\""))
      output.append(UInt8(ascii: ":"))
    }
    follows = false
  }

  private mutating func raw(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    follows = true
  }

  private mutating func number(_ value: some BinaryInteger) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    var rest = UInt64(value.magnitude)
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  /// Writes a text. There is one look at the room that is left, and nearly every text can be copied as it is.
  private mutating func string(_ value: String) {
    let text = value.utf8Span.span
    let isPlain = text.firstSpecial() == text.count
    bytes.append(addingCapacity: text.count * (isPlain ? 1 : Self.longestEscape) + 2) { output in
      output.append(UInt8(ascii: "\""))
      if isPlain {
        output.append(copying: text)
      } else {
        for index in text.indices { Self.escape(text[index], to: &output) }
      }
      output.append(UInt8(ascii: "\""))
    }
    follows = true
  }

  /// `\u0000`.
  private static let longestEscape = 6

  private static func escape(_ byte: UInt8, to output: inout OutputSpan<UInt8>) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      output.append(UInt8(ascii: "\\"))
      output.append(byte)
    case 0..<0x20:
      for digit in "\\u00".utf8 { output.append(digit) }
      output.append(hexadecimal(byte >> 4))
      output.append(hexadecimal(byte & 0xF))
    default:
      output.append(byte)
    }
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }
}
