/// How much of each room's history is kept: so many messages or so long, whichever is more.
public struct HistoryRetention: Hashable, Sendable {
  /// How many of the last messages.
  public var messages: Int
  /// For how long, in milliseconds.
  public var milliseconds: Int64

  /// Takes a number of messages and a time in minutes.
  public init(messages: Int = 2000, minutes: Int = 10) {
    self.messages = messages
    milliseconds = Int64(minutes) * 60_000
  }
}
