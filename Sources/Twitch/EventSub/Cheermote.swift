/// Bits that were cheered in the middle of a line.
public struct Cheermote: Hashable, Sendable {
  /// The word in front of the number, in any case: `Cheer`, `uni`, …
  public var prefix: String
  /// How many bits.
  public var bits: Int
  /// The least number of bits of the tier, which decides the picture.
  public var tier: Int

  /// Creates a cheermote.
  public init(prefix: String, bits: Int, tier: Int) {
    self.prefix = prefix
    self.bits = bits
    self.tier = tier
  }
}
