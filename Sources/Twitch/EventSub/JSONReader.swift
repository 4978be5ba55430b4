/// Reads one JSON text from left to right, straight into the fields that are wanted.
///
/// The syntax is held to RFC 8259 and whatever breaks it is an error; of what is skipped, only the structure and the encoding are looked at.
/// The *types* are not insisted on: a value of another kind than asked for is skipped and counts as absent, since Twitch's
/// optional fields come and go. A copy of the reader remembers its place, to come back to.
package struct JSONReader {
  /// How deep objects and arrays may nest; Twitch's frames need six.
  private static let depthLimit = 64

  private let bytes: [UInt8]
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
  init(_ bytes: [UInt8]) throws(JSONError) {
    guard (try? UTF8Span(validating: bytes.span)) != nil else { throw .notUTF8 }
    self.bytes = bytes
  }

  /// Steps into an object; false, and past it, when the value is something else.
  mutating func beginObject() throws(JSONError) -> Bool { try begin(UInt8(ascii: "{")) }

  /// Steps into an array; false, and past it, when the value is something else.
  mutating func beginArray() throws(JSONError) -> Bool { try begin(UInt8(ascii: "[")) }

  /// The next key of the object that was stepped into, with its value up next; `nil` and out of the object at its end.
  mutating func nextField() throws(JSONError) -> JSONField? {
    guard try hasNext(before: UInt8(ascii: "}")) else { return nil }
    let key = try scanString()
    let field = key.isEscaped ? JSONField(try unescaped(key)) : JSONField(bytes.span.extracting(key.range))
    try expect(UInt8(ascii: ":"))
    return field
  }

  /// Whether another element of the array that was stepped into is up next; steps out of the array at its end.
  mutating func nextElement() throws(JSONError) -> Bool { try hasNext(before: UInt8(ascii: "]")) }

  /// The value as text, if it is a string.
  mutating func string() throws(JSONError) -> String? {
    guard peek() == UInt8(ascii: "\"") else { return try skipped() }
    let string = try scanString()
    guard !string.isEscaped else { return try unescaped(string) }
    guard let text = try? UTF8Span(validating: bytes.span.extracting(string.range)) else { throw malformed() }
    return String(copying: text)
  }

  /// The value as a moment, if it is one.
  mutating func timestamp() throws(JSONError) -> Timestamp? {
    guard peek() == UInt8(ascii: "\"") else { return try skipped() }
    let string = try scanString()
    guard !string.isEscaped else { return Timestamp(try unescaped(string)) }
    return Timestamp(utf8: bytes[string.range])
  }

  /// The value as a type of subscription, if it is a string.
  mutating func subscriptionType() throws(JSONError) -> SubscriptionType? {
    guard peek() == UInt8(ascii: "\"") else { return try skipped() }
    var ahead = self
    let string = try ahead.scanString()
    guard !string.isEscaped, let known = SubscriptionType.known(bytes.span.extracting(string.range)) else {
      return try self.string().map { SubscriptionType($0) }
    }
    self = ahead
    return known
  }

  /// The value as a whole number, if it is one.
  mutating func integer() throws(JSONError) -> Int? {
    _ = peek()
    let start = index
    try skip()
    return Int(Substring(decoding: bytes[start..<index], as: UTF8.self))
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
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
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
    while index < bytes.count {
      let byte = bytes[index]
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

  private mutating func skipped<Value>() throws(JSONError) -> Value? {
    try skip()
    return nil
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

  private mutating func literal(_ word: String) throws(JSONError) {
    let word = word.utf8Span.span
    guard word.count <= bytes.count - index, bytes.span.extracting(index..<index + word.count).isEqual(to: word) else {
      throw malformed()
    }
    index += word.count
  }

  private mutating func skipNumber() throws(JSONError) {
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
    let start = index
    let whole = skipDigits()
    guard whole == 1 || whole > 1 && bytes[start] != UInt8(ascii: "0") else { throw malformed() }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard skipDigits() > 0 else { throw malformed() }
    }
    guard index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") else { return }
    index += 1
    if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
    guard skipDigits() > 0 else { throw malformed() }
  }

  private mutating func skipDigits() -> Int {
    let start = index
    while index < bytes.count, bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9") { index += 1 }
    return index - start
  }

  /// Where the characters of a string are, and whether a backslash is among them.
  private typealias ScannedString = (range: Range<Int>, isEscaped: Bool)

  private mutating func scanString() throws(JSONError) -> ScannedString {
    try expect(UInt8(ascii: "\""))
    guard let (end, isEscaped) = endOfString(from: index) else { throw malformed() }
    defer { index = end + 1 }
    return (index..<end, isEscaped)
  }

  /// Where the quote is that ends a string.
  private func endOfString(from start: Int) -> (end: Int, isEscaped: Bool)? {
    let bytes = bytes.span
    var next = start
    var isEscaped = false
    while true {
      next = bytes.firstSpecial(from: next)
      guard next < bytes.count else { return nil }
      switch bytes[next] {
      case UInt8(ascii: "\""): return (next, isEscaped)
      case UInt8(ascii: "\\"):
        isEscaped = true
        next += 2
      default: return nil
      }
    }
  }

  private func unescaped(_ string: ScannedString) throws(JSONError) -> String {
    guard let text = JSONUnescaping.text(of: bytes[string.range]) else { throw malformed() }
    return text
  }
}
