/// A badge that a chatter wears in a channel.
public struct Badge: Hashable, Sendable {
  /// What it is for: `subscriber`, `moderator`, `broadcaster`, …; an open set.
  public var setID: String
  /// Which version of it.
  public var id: String
  /// The months of a subscriber; empty for all others.
  public var info: String

  /// Creates a badge.
  public init(setID: String, id: String, info: String = "") {
    self.setID = setID
    self.id = id
    self.info = info
  }
}
