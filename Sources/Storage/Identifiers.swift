/// The number of a user of this gateway; what Twitch calls a user id is a string and never this.
public struct UserID: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The number as JSON and the tables have it.
  public let rawValue: Int64

  /// Wraps a number that came from storage or from a client; that it names somebody is for ``Directory`` to say.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// The bare digits, as they stand in JSON and on the command line.
  public var description: String { String(rawValue) }

  public static func < (left: UserID, right: UserID) -> Bool { left.rawValue < right.rawValue }
}

/// The number of a linked network account. Zero is never given away: in the protocol it means the internal chat.
public struct AccountID: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The number as JSON and the tables have it.
  public let rawValue: Int64

  /// Wraps a number that came from storage or from a client; that it names an account is for ``Directory`` to say.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// The bare digits, as they stand in JSON and on the command line.
  public var description: String { String(rawValue) }

  public static func < (left: AccountID, right: AccountID) -> Bool { left.rawValue < right.rawValue }
}

/// The number of a stream, which is the `:id` in `/ws/:id`.
public struct StreamID: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The number as JSON and the tables have it.
  public let rawValue: Int64

  /// Wraps a number that came from storage or from a client; that it names a stream is for ``Directory`` to say.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// The bare digits, as they stand in JSON and on the command line.
  public var description: String { String(rawValue) }

  public static func < (left: StreamID, right: StreamID) -> Bool { left.rawValue < right.rawValue }
}
