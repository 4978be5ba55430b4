import FoundationEssentials

/// Makes ids and tokens in the shapes that Twitch's have, the same ones for the same seed.
struct Mint: RandomNumberGenerator {
  private var state: UInt64
  private var lastUser = 5_551_000
  private var lastStream = 51_239_874_560

  init(seed: UInt64) { state = seed }

  /// SplitMix64: small, seedable, and good enough for everything that is not a secret.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
  }

  mutating func uuid() -> String {
    var bytes = bytes(16)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(separator: "-")
  }

  /// Lower-case letters and digits, as tokens have.
  mutating func alphanumerics(_ count: Int) -> String {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    return String((0..<count).map { _ in alphabet[Int.random(in: 0..<36, using: &self)] })
  }

  /// Ends in what a form must encode, so that a client that forgets to is caught.
  mutating func refreshToken() -> String { alphanumerics(48) + "%=" }

  /// Eight capitals that cannot be taken for digits.
  mutating func userCode() -> String {
    let alphabet = Array("BCDFGHJKLMNPQRSTVWXZ")
    return String((0..<8).map { _ in alphabet[Int.random(in: 0..<20, using: &self)] })
  }

  /// 44 characters of base64url, padding included.
  mutating func notificationID() -> String { base64URL(bytes(32), padded: true) }

  /// A UUID and the name of a cell in a small protobuf message: 36 characters.
  mutating func sessionID() -> String {
    let cell = ["a", "b", "c"][Int.random(in: 0..<3, using: &self)]
    return base64URL([0x02, 0x0A, 0x10] + bytes(16) + [0x12, 0x06] + Array("cell-\(cell)".utf8), padded: false)
  }

  mutating func userID() -> Identifier<Simulator.User> {
    lastUser += 1
    return Identifier(String(lastUser))
  }

  mutating func streamID() -> String {
    lastStream += Int.random(in: 1...90_000, using: &self)
    return String(lastStream)
  }

  private func base64URL(_ bytes: [UInt8], padded: Bool) -> String {
    let text = Data(bytes).base64EncodedString()
    return String(
      text.compactMap { character -> Character? in
        switch character {
        case "+": "-"
        case "/": "_"
        case "=": padded ? "=" : nil
        default: character
        }
      })
  }
}

/// FNV-1a: a hash that is the same in every process, unlike Swift's own.
func stableHash(_ text: String) -> UInt64 {
  text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
