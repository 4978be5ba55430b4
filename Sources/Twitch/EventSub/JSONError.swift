/// What is wrong with a JSON text. Tells where, never what was there: it may be chat.
enum JSONError: Error, Hashable, CustomStringConvertible {
  /// The bytes are no text.
  case notUTF8
  /// The text breaks JSON's grammar about there.
  case malformed(offset: Int)
  /// The text nests deeper than anything sensible.
  case tooDeep
  /// The text is JSON and lacks a field that nothing can be done without.
  case missing(String)

  var description: String {
    switch self {
    case .notUTF8: "not UTF-8"
    case .malformed(let offset): "malformed JSON at byte \(offset)"
    case .tooDeep: "JSON that nests too deep"
    case .missing(let field): "no \(field)"
    }
  }
}
