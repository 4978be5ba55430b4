/// An identifier that cannot be mistaken for one of another kind: `Identifier<User>` and `Identifier<Conduit>` differ.
public struct Identifier<Owner>: Hashable, Sendable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The identifier as it appears in JSON.
  public let rawValue: String

  /// Takes the identifier as it appears in JSON.
  public init(_ rawValue: String) { self.rawValue = rawValue }

  public init(stringLiteral value: String) { rawValue = value }

  public init(from decoder: any Decoder) throws { rawValue = try String(from: decoder) }

  public func encode(to encoder: any Encoder) throws { try rawValue.encode(to: encoder) }

  public var description: String { rawValue }
}
