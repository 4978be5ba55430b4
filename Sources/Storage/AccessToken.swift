import Crypto
import FoundationEssentials

/// What a user shows to this gateway. It is seen once, when it is made; storage keeps only its hash.
public struct AccessToken: Hashable, Sendable, CustomStringConvertible {
  private let text: String

  /// Takes a token that a client sent.
  public init(_ text: String) { self.text = text }

  /// Makes a new one of 256 random bits, in letters and digits only, so that it needs no escaping in an address.
  public static func generate() -> AccessToken {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    return AccessToken(Hexadecimal.text(of: bytes))
  }

  /// The token itself, for its one showing.
  public func reveal() -> String { text }

  /// Says that there is a token and not which.
  public var description: String { "<access token>" }

  /// What storage keeps.
  ///
  /// A token is as random as a key, so one round of SHA-256 is enough. Look-ups by hash need no comparison in constant
  /// time either: whoever measures how far two hashes agree learns nothing that leads back to a token.
  var hash: Data { Data(SHA256.hash(data: Data(text.utf8))) }
}
