extension Span<UInt8> {
  /// Whether a byte is among them. What a text's own view of its bytes does takes several times as long, and each line of chat is
  /// looked through more than once.
  package func contains(_ byte: UInt8) -> Bool {
    for index in indices where self[index] == byte { return true }
    return false
  }

  /// Whether these and those are the same.
  func isEqual(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }
}
