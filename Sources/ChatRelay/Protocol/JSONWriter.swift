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

  mutating func member(_ key: String, object members: (inout JSONWriter) -> Void) {
    name(key)
    object(members)
  }

  mutating func member<Element>(
    _ key: String, array elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
  ) {
    name(key)
    array(elements, write)
  }

  mutating func member(_ key: String, _ value: String) {
    name(key)
    string(value)
  }

  mutating func member(_ key: String, _ value: some BinaryInteger) {
    name(key)
    raw(String(value))
  }

  mutating func member(_ key: String, _ value: Bool) {
    name(key)
    raw(value ? "true" : "false")
  }

  /// Writes nothing when there is no value.
  mutating func member(_ key: String, ifPresent value: String?) {
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

  private mutating func name(_ key: String) {
    if follows { bytes.append(UInt8(ascii: ",")) }
    follows = false
    string(key)
    bytes.append(UInt8(ascii: ":"))
    follows = false
  }

  private mutating func raw(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    follows = true
  }

  private mutating func string(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    // Nearly every text can be copied as it is.
    if Self.mustEscape(value.utf8Span.span) {
      for byte in value.utf8 { escape(byte) }
    } else {
      bytes.append(contentsOf: value.utf8)
    }
    bytes.append(UInt8(ascii: "\""))
    follows = true
  }

  /// RFC 8259 section 7: only quotation mark, backslash and control characters must be escaped.
  private static func mustEscape(_ text: Span<UInt8>) -> Bool {
    for index in text.indices where text[index] < 0x20 || text[index] == 0x22 || text[index] == 0x5C { return true }
    return false
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case 0..<0x20:
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 0xF)])
    default:
      bytes.append(byte)
    }
  }
}
