import WebSockets

/// Reads one JSON text from left to right, straight into the fields that are wanted.
///
/// The syntax is held to RFC 8259 and whatever breaks it is an error; of what is skipped, only the structure and the encoding are looked at.
/// The *types* are not insisted on: a value of another kind than asked for is skipped and counts as absent, since Twitch's
/// optional fields come and go. A copy of the reader remembers its place, to come back to.
package struct JSONReader {
  /// How deep objects and arrays may nest; Twitch's frames need six.
  private static let depthLimit = 64

  private let text: UTF8Text
  /// Which keys are expected where; to be kept for the next text of the kind.
  private(set) var keys: KeyOrder
  private var index = 0
  private var depth = 0
  /// Whether an object or array was just entered, so that no comma is due.
  private var isFirst = false

  /// Whether a text is JSON from its beginning to its end.
  package static func accepts(_ text: [UInt8]) -> Bool {
    do throws(JSONError) {
      var reader = try JSONReader(text)
      try reader.skip()
      try reader.end()
      return true
    } catch {
      return false
    }
  }

  /// Begins with a text, all of which has to be UTF-8, what is skipped included.
  init(_ bytes: [UInt8], keys: KeyOrder = .unknown) throws(JSONError) {
    guard let text = UTF8Text(bytes) else { throw .notUTF8 }
    self.text = text
    self.keys = keys
    self.keys.begin()
  }

  /// Steps into an object; false, and past it, when the value is something else.
  mutating func beginObject() throws(JSONError) -> Bool { try begin(UInt8(ascii: "{")) }

  /// Steps into an array; false, and past it, when the value is something else.
  mutating func beginArray() throws(JSONError) -> Bool { try begin(UInt8(ascii: "[")) }

  /// The next key of the object that was stepped into, with its value up next; `nil` and out of the object at its end.
  mutating func nextField() throws(JSONError) -> JSONField? {
    guard try hasNext(before: UInt8(ascii: "}")) else { return nil }
    guard let key = keys.expected(at: index, of: text.bytes.span, depth: depth) else { return try lookUp() }
    keys.pass(key)
    index += key.count
    return key.field
  }

  private mutating func lookUp() throws(JSONError) -> JSONField {
    let name = try scanString()
    try expect(UInt8(ascii: ":"))
    guard !name.isEscaped else { return JSONField(try unescaped(name)) }
    // What is never asked for is not expected either: what comes after it, is.
    guard let key = KeyOrder.key(text.bytes.span.extracting(name.range)) else { return .other }
    keys.learn(key, depth: depth)
    return key.field
  }

  /// Whether another element of the array that was stepped into is up next; steps out of the array at its end.
  mutating func nextElement() throws(JSONError) -> Bool { try hasNext(before: UInt8(ascii: "]")) }

  /// The value as text, if it is a string.
  mutating func string() throws(JSONError) -> String? {
    guard let string = try scanValue() else { return nil }
    return string.isEscaped ? try unescaped(string) : text.string(string.range)
  }

  /// The value as a moment, if it is one.
  mutating func timestamp() throws(JSONError) -> Timestamp? {
    guard let string = try scanValue() else { return nil }
    return string.isEscaped
      ? Timestamp(try unescaped(string)) : Timestamp(utf8: text.bytes.span.extracting(string.range))
  }

  /// The value as a type of subscription, if it is a string.
  mutating func subscriptionType() throws(JSONError) -> SubscriptionType? {
    guard let string = try scanValue() else { return nil }
    guard !string.isEscaped else { return SubscriptionType(try unescaped(string)) }
    return SubscriptionType.known(text.bytes.span.extracting(string.range))
      ?? SubscriptionType(text.string(string.range))
  }

  /// The value as a whole number, if it is one.
  mutating func integer() throws(JSONError) -> Int? {
    _ = peek()
    let start = index
    try skip()
    return Int(text.string(start..<index))
  }

  /// The value as a truth value, if it is one.
  mutating func boolean() throws(JSONError) -> Bool? {
    let first = peek()
    try skip()
    switch first {
    case UInt8(ascii: "t"): return true
    case UInt8(ascii: "f"): return false
    default: return nil
    }
  }

  /// Steps over the value, whatever it is.
  mutating func skip() throws(JSONError) {
    switch peek() {
    case UInt8(ascii: "\""): _ = try scanString()
    case UInt8(ascii: "{"): try skipObject()
    case UInt8(ascii: "["): try skipArray()
    case UInt8(ascii: "t"): try literal(["t", "r", "u", "e"])
    case UInt8(ascii: "f"): try literal(["f", "a", "l", "s", "e"])
    case UInt8(ascii: "n"): try literal(["n", "u", "l", "l"])
    default: try skipNumber()
    }
  }

  /// Makes sure that nothing but white space is left.
  mutating func end() throws(JSONError) {
    guard peek() == nil, depth == 0 else { throw malformed() }
  }

  // The parts that the questions above are made of.

  private func malformed() -> JSONError { .malformed(offset: index) }

  /// The next byte that is no white space; `nil` at the end. Asked some 300 times for each message.
  @inline(__always) private mutating func peek() -> UInt8? {
    while index < text.bytes.count {
      let byte = text.bytes[index]
      // Nearly always there is none.
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      index += 1
    }
    return nil
  }

  @inline(__always) private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard peek() == byte else { throw malformed() }
    index += 1
  }

  private mutating func begin(_ bracket: UInt8) throws(JSONError) -> Bool {
    guard peek() == bracket else {
      try skip()
      return false
    }
    guard depth < Self.depthLimit else { throw .tooDeep }
    depth += 1
    index += 1
    isFirst = true
    return true
  }

  @inline(__always) private mutating func hasNext(before bracket: UInt8) throws(JSONError) -> Bool {
    let next = peek()
    if next == bracket {
      index += 1
      depth -= 1
      isFirst = false
      return false
    }
    if isFirst {
      isFirst = false
    } else {
      // After a comma a closing bracket is no value, and whoever reads the value says so.
      try expect(UInt8(ascii: ","))
    }
    return true
  }

  private mutating func skipObject() throws(JSONError) {
    _ = try beginObject()
    while try hasNext(before: UInt8(ascii: "}")) {
      _ = try scanString()
      try expect(UInt8(ascii: ":"))
      try skip()
    }
  }

  private mutating func skipArray() throws(JSONError) {
    _ = try beginArray()
    while try nextElement() { try skip() }
  }

  @inline(__always) private mutating func literal<let count: Int>(
    _ letters: InlineArray<count, Unicode.Scalar>
  ) throws(JSONError) {
    for place in letters.indices {
      guard index < text.bytes.count, Unicode.Scalar(text.bytes[index]) == letters[place] else { throw malformed() }
      index += 1
    }
  }

  private mutating func skipNumber() throws(JSONError) {
    if index < text.bytes.count, text.bytes[index] == UInt8(ascii: "-") { index += 1 }
    let start = index
    let whole = skipDigits()
    guard whole == 1 || whole > 1 && text.bytes[start] != UInt8(ascii: "0") else { throw malformed() }
    if index < text.bytes.count, text.bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard skipDigits() > 0 else { throw malformed() }
    }
    guard index < text.bytes.count, text.bytes[index] | 0x20 == UInt8(ascii: "e") else { return }
    index += 1
    if index < text.bytes.count, text.bytes[index] == UInt8(ascii: "+") || text.bytes[index] == UInt8(ascii: "-") {
      index += 1
    }
    guard skipDigits() > 0 else { throw malformed() }
  }

  private mutating func skipDigits() -> Int {
    let start = index
    while index < text.bytes.count, text.bytes[index] >= UInt8(ascii: "0"), text.bytes[index] <= UInt8(ascii: "9") {
      index += 1
    }
    return index - start
  }

  /// Where the characters of a string are, and whether a backslash is among them.
  private typealias ScannedString = (range: Range<Int>, isEscaped: Bool)

  /// Steps over the value, and says where its characters are if it is a string.
  @inline(__always) private mutating func scanValue() throws(JSONError) -> ScannedString? {
    guard peek() == UInt8(ascii: "\"") else {
      try skip()
      return nil
    }
    index += 1
    return try scanRest()
  }

  @inline(__always) private mutating func scanString() throws(JSONError) -> ScannedString {
    try expect(UInt8(ascii: "\""))
    return try scanRest()
  }

  /// Finds the end of a string after its first quotation mark.
  private mutating func scanRest() throws(JSONError) -> ScannedString {
    let (end, isEscaped) = try endOfString(from: index)
    defer { index = end + 1 }
    return (index..<end, isEscaped)
  }

  /// Where the quotation mark is that ends a string.
  @inline(__always) private func endOfString(from start: Int) throws(JSONError) -> (end: Int, isEscaped: Bool) {
    let bytes = text.bytes.span
    var (next, isEscaped) = (start, false)
    while true {
      next = bytes.firstSpecial(from: next)
      guard next < bytes.count else { throw malformed() }
      switch bytes[next] {
      case UInt8(ascii: "\""): return (next, isEscaped)
      case UInt8(ascii: "\\"):
        isEscaped = true
        next += 2
      default: throw malformed()
      }
    }
  }

  private func unescaped(_ string: ScannedString) throws(JSONError) -> String {
    guard let text = JSONUnescaping.text(of: text.bytes[string.range]) else { throw malformed() }
    return text
  }
}
