import WebSockets

/// The keys of EventSub's JSON by their bytes, and the order in which they came the last time.
///
/// Twitch writes an object's keys in the same order each time. So each key is expected where it was: what is there is compared with
/// it, which is a fraction of the work of finding the end of the key and looking it up. What is not expected is looked up, and
/// expected there the next time.
struct KeyOrder {
  /// A key that is known, as it is written: between quotation marks, and with the colon.
  struct Key: Sendable {
    let field: JSONField
    /// How many bytes that is.
    let count: Int
    /// What stands for it in the order.
    fileprivate let number: UInt8
    /// The bytes, and which bits of 32 bytes they are.
    private let bytes: SIMD4<UInt64>
    private let mask: SIMD4<UInt64>

    fileprivate init(_ field: JSONField, number: Int) {
      let text = Array("\"\(field.rawValue)\":".utf8)
      let padding = [UInt8](repeating: 0, count: 32)
      self.field = field
      count = text.count
      self.number = UInt8(number)
      bytes = (text + padding).span.words(at: 0)
      mask = ([UInt8](repeating: 0xFF, count: text.count) + padding).span.words(at: 0)
    }

    @inline(__always) fileprivate func isThere(_ place: Int, in text: Span<UInt8>) -> Bool {
      let difference = (text.words(at: place) ^ bytes) & mask
      return difference[0] | difference[1] | difference[2] | difference[3] == 0
    }
  }

  /// By their numbers. The first one is none.
  private static let keys = ([.other] + JSONField.allCases.filter { $0 != .other }).enumerated().map {
    Key($1, number: $0)
  }
  private static let table = ShortTextTable(keys.dropFirst()) { $0.field.rawValue }
  /// What is expected where nothing has been read yet.
  static let unknown = KeyOrder()

  private let keys = Self.keys
  /// The number of the key that came after each one, at each of eight depths; 0 when none has.
  private var followers = [UInt8](repeating: 0, count: 8 << 7)
  /// The number of the key that was found before; 0 at the beginning of a text.
  private var last: UInt8 = 0

  /// A text begins.
  mutating func begin() { last = 0 }

  /// The key that is expected next, if it stands there; at the end of a text it is not looked for.
  @inline(__always) func expected(at place: Int, of text: Span<UInt8>, depth: Int) -> Key? {
    let next = Int(followers[slot(depth)])
    guard next > 0, place <= text.count - 32, keys[next].isThere(place, in: text) else { return nil }
    return keys[next]
  }

  /// That key came, as expected.
  @inline(__always) mutating func pass(_ key: Key) { last = key.number }

  /// The known key that is written like this.
  static func key(_ text: Span<UInt8>) -> Key? { table[text] }

  /// That key came; it is expected there from now on, unless it is one that is looked up each time.
  mutating func learn(_ key: Key, depth: Int) {
    guard key.count <= 32 else { return }
    followers[slot(depth)] = key.number
    last = key.number
  }

  @inline(__always) private func slot(_ depth: Int) -> Int { (depth & 7) << 7 | Int(last) }
}
