import Storage

extension AccountID {
  /// Everyone's own identity on the internal chat.
  static let internalChat = AccountID(rawValue: 0)
}

extension Route {
  /// From everyone's own identity to everybody on the stream.
  static let internalChat = Route(sender: .internalChat, target: .internalChat)
}
