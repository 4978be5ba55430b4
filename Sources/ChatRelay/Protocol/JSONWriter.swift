import Storage
import WebSockets

/// Writes JSON as UTF-8, member by member, without building a tree first.
///
/// Every message to a client is made with it: one way for all, and fast enough for the path that each chat line takes. Names are
/// known when this is compiled, so that one is a few instructions where it is written.
struct JSONWriter: ~Copyable {
  /// What was written so far.
  private var output: ByteBuffer
  /// Whether something stands before the place where the next member or element goes.
  private var follows = false

  /// Begins with nothing. Nearly every line has room in what it takes by itself, and malloc gives no more as quickly.
  init(capacity: Int = 1_000) {
    output = ByteBuffer(capacity: capacity)
  }

  /// What was written so far.
  var bytes: [UInt8] { output.bytes }

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

  @inline(__always)
  mutating func member(_ key: StaticString, object members: (inout JSONWriter) -> Void) {
    name(key)
    object(members)
  }

  /// Writes an object whose name is a number.
  mutating func member(_ key: some BinaryInteger, object members: (inout JSONWriter) -> Void) {
    if follows { output.append(UInt8(ascii: ",")) }
    output.append(UInt8(ascii: "\""))
    number(Int64(key))
    output.append(UInt8(ascii: "\""))
    output.append(UInt8(ascii: ":"))
    follows = false
    object(members)
  }

  @inline(__always)
  mutating func member<Element>(
    _ key: StaticString, array elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
  ) {
    name(key)
    array(elements, write)
  }

  @inline(__always)
  mutating func member(_ key: StaticString, _ value: String) {
    name(key)
    string(value.utf8Span.span)
  }

  /// Writes a text that is there as UTF-8.
  @inline(__always)
  mutating func member(_ key: StaticString, utf8 text: Span<UInt8>) {
    name(key)
    string(text)
  }

  @inline(__always)
  mutating func member(_ key: StaticString, _ value: some BinaryInteger) {
    name(key)
    number(Int64(value))
    follows = true
  }

  @inline(__always)
  mutating func member(_ key: StaticString, _ value: Bool) {
    name(key)
    if value { output.append("true") } else { output.append("false") }
    follows = true
  }

  /// Writes nothing when there is no value.
  @inline(__always)
  mutating func member(_ key: StaticString, ifPresent value: String?) {
    if let value { member(key, value) }
  }

  /// Writes a place in a room's history.
  mutating func member(_ key: StaticString, _ cursor: Cursor) {
    name(key)
    output.append(UInt8(ascii: "\""))
    number(cursor.stream.rawValue)
    output.append(UInt8(ascii: "-"))
    number(cursor.number)
    output.append(UInt8(ascii: "\""))
    follows = true
  }

  /// Writes members that were written before, as they are: at least one, and no comma around them.
  mutating func members(_ written: Span<UInt8>) {
    if follows { output.append(UInt8(ascii: ",")) }
    output.append(written)
    follows = true
  }

  private mutating func begin(_ bracket: Unicode.Scalar) {
    if follows { output.append(UInt8(ascii: ",")) }
    output.append(UInt8(ascii: bracket))
    follows = false
  }

  private mutating func end(_ bracket: Unicode.Scalar) {
    output.append(UInt8(ascii: bracket))
    follows = true
  }

  /// Writes a name, with the comma that is due before it and its colon. Names are ours and need no escapes.
  @inline(__always)
  private mutating func name(_ key: StaticString) {
    if follows { output.append(UInt8(ascii: ",")) }
    output.append(UInt8(ascii: "\""))
    output.append(key)
    output.append(UInt8(ascii: "\""))
    output.append(UInt8(ascii: ":"))
    follows = false
  }

  private mutating func number(_ value: Int64) {
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var first = digits.count
    var rest = value.magnitude
    repeat {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    if value < 0 { output.append(UInt8(ascii: "-")) }
    output.append(digits.span.extracting(droppingFirst: first))
  }

  /// Writes a text. Nearly every one can be copied as it is.
  private mutating func string(_ text: Span<UInt8>) {
    output.append(UInt8(ascii: "\""))
    if text.isPlain { output.append(text) } else { for index in text.indices { escape(text[index]) } }
    output.append(UInt8(ascii: "\""))
    follows = true
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      output.append(UInt8(ascii: "\\"))
      output.append(byte)
    case 0..<0x20:
      output.append("\\u00")
      output.append(Self.hexadecimal(byte >> 4))
      output.append(Self.hexadecimal(byte & 0xF))
    default:
      output.append(byte)
    }
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }
}

extension Span<UInt8> {
  /// Whether each byte stands for itself in JSON's strings: no quotation mark, backslash or control character (RFC 8259, section 7).
  fileprivate var isPlain: Bool {
    guard count >= 8 else {
      for index in indices where self[index] < 0x20 || self[index] == 0x22 || self[index] == 0x5C { return false }
      return true
    }
    var place = 0
    while place &+ 8 < count {
      if word(at: place).hasSpecial { return false }
      place &+= 8
    }
    // The last eight, some of which may have been looked at.
    return !word(at: count &- 8).hasSpecial
  }
}

extension UInt64 {
  /// Whether one of eight bytes is a quotation mark, a backslash or a control character.
  fileprivate var hasSpecial: Bool {
    let (ones, highest): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    // 0x22 and what is below 0x20 are what is below 0x21 once the second bit is turned over.
    let (low, backslash) = ((self ^ ones &* 0x02) &- ones &* 0x21, (self ^ ones &* 0x5C) &- ones)
    return (low | backslash) & ~self & highest != 0
  }
}
