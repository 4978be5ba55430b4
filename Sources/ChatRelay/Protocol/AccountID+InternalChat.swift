import Storage

extension AccountID {
  /// Everyone's own identity on the internal chat.
  static let internalChat = AccountID(rawValue: 0)
}
