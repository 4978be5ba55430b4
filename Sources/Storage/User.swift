/// A person who may sign in to this gateway.
public struct User: Identifiable, Hashable, Sendable {
  /// What everything of this user is kept under.
  public let id: UserID
  /// The name that others address with `/msg`; unique whatever the case of its letters.
  public var username: String

  /// The form in which two spellings of one name are equal.
  static func key(of username: String) -> String { username.lowercased() }

  /// Says what is wrong with a name, or nothing.
  ///
  /// A name has to survive `/msg NAME text`, `Basic NAME:password` and a shell without quotes.
  static func check(_ username: String) throws(StorageError) {
    let isAllowed = username.allSatisfy { $0.isLetter || $0.isWholeNumber || "_-.".contains($0) }
    guard isAllowed, (1...40).contains(username.count) else {
      throw .badName(username, rule: "a user's name is 1 to 40 letters, digits, '_', '-' or '.'")
    }
  }
}
