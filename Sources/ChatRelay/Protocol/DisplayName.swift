/// What people are called.
enum DisplayName {
  private static let markup = ByteSet("<[")

  /// The name without what could start markup.
  ///
  /// The original browser client renders `from.name` as CommonMark, raw HTML included. No network allows such characters in a
  /// name; should one slip through, it becomes its look-alike here.
  static func safe(_ name: String) -> String {
    let bytes = name.utf8Span.span
    guard markup.firstPlace(in: bytes, from: 0) < bytes.count else { return name }
    // Scalar by scalar: with an accent on it, "[" is another character to Swift and still a bracket to CommonMark.
    return String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { scalar -> Unicode.Scalar in
          switch scalar {
          case "<": "\u{FF1C}"
          case "[": "\u{FF3B}"
          default: scalar
          }
        }))
  }
}
