import TestSupport

@testable import ChatRelay

extension JSON {
  /// What a client gets to see of a message.
  init(_ message: some ServerMessage) throws {
    try self.init(message.encoded())
  }
}
