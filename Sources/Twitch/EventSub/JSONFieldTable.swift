/// The known keys by a hash of their bytes, with open addressing.
struct JSONFieldTable {
  private static let size = 512
  /// For each slot the key's place in `fields`, or -1.
  private var slots = [Int](repeating: -1, count: size)
  private let fields = JSONField.allCases.filter { $0 != .other }
  /// The keys' bytes, one after the other, and where each begins; one more place marks the end.
  private var names: [UInt8] = []
  private var starts: [Int] = [0]

  init() {
    for (place, field) in fields.enumerated() {
      names += field.rawValue.utf8
      starts.append(names.count)
      var slot = Self.slot(names.span.extracting(starts[place]...))
      while slots[slot] >= 0 { slot = (slot + 1) % Self.size }
      slots[slot] = place
    }
  }

  func field(_ key: Span<UInt8>) -> JSONField {
    guard !key.isEmpty else { return .other }
    var slot = Self.slot(key)
    while slots[slot] >= 0 {
      let place = slots[slot]
      if names.span.extracting(starts[place]..<starts[place + 1]).isEqual(to: key) { return fields[place] }
      slot = (slot + 1) % Self.size
    }
    return .other
  }

  /// A few bytes tell the known keys apart well enough; the comparison afterwards decides.
  private static func slot(_ key: Span<UInt8>) -> Int {
    let (first, middle, last) = (Int(key[0]), Int(key[key.count / 2]), Int(key[key.count - 1]))
    return (first &* 7 &+ middle &* 31 &+ last &* 131 &+ key.count &* 61) % size
  }
}
