import Twitch

/// What an account may do, in words.
struct GrantedScopes: CustomStringConvertible {
  private let scopes: Set<Scope>

  init(_ scopes: [Scope]) { self.scopes = Set(scopes) }

  /// The scopes that reading, sending and the conduit need and that were not granted.
  var missing: [Scope] { Scope.chat.filter { !scopes.contains($0) } }

  var description: String {
    let granted = Scope.chat.filter(scopes.contains).map { "  may \(Self.words[$0] ?? $0.rawValue) (\($0))" }
    let refused = missing.map { "  may NOT \(Self.words[$0] ?? $0.rawValue) (\($0) is missing: link it again)" }
    return (granted + refused).joined(separator: "\n")
  }

  private static let words: [Scope: String] = [
    .userReadChat: "read chat", .userWriteChat: "write in chat",
    .userBot: "be in chats through this gateway", .channelBot: "have its own channel's chat read",
  ]
}
