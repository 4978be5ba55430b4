/// A cheer inside a text, such as `Cheer100`.
struct Cheermote: Equatable {
  let prefix: String
  let bits: Int
  /// The least bits of its tier.
  let tier: Int

  static let prefixes = ["Cheer", "uni", "PogChamp"]
  static let tiers: [(bits: Int, color: String)] = [
    (1, "#979797"), (100, "#9c3ee8"), (1_000, "#1db2a5"), (5_000, "#0099fe"), (10_000, "#f43021"),
  ]

  /// Reads a word; nil when it is no cheer.
  init?(_ word: String) {
    let digits = word.reversed().prefix { $0.isASCII && $0.isNumber }.reversed()
    guard let bits = Int(String(digits)), bits > 0 else { return nil }
    let prefix = word.dropLast(digits.count).lowercased()
    guard Cheermote.prefixes.contains(where: { $0.lowercased() == prefix }) else { return nil }
    self.prefix = prefix
    self.bits = bits
    tier = Cheermote.tiers.last { $0.bits <= bits }?.bits ?? 1
  }
}
