/// A permission that a user grants to the application.
public struct Scope: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The application may act in chat as this user with its own token; the account that reads or sends grants it.
  public static let userBot: Scope = "user:bot"
  /// Read chat as this user.
  public static let userReadChat: Scope = "user:read:chat"
  /// Send chat messages as this user.
  public static let userWriteChat: Scope = "user:write:chat"
  /// Bots of the application may join this user's own channel; the broadcaster grants it.
  public static let channelBot: Scope = "channel:bot"

  /// Exactly what an account needs to be read and written as through a conduit, in its own channel and in others'.
  public static let chat: [Scope] = [.userReadChat, .userWriteChat, .userBot, .channelBot]
}
