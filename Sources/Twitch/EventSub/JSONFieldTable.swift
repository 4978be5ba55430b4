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
      var slot = Self.slot(names, in: starts[place]..<starts[place + 1])
      while slots[slot] >= 0 { slot = (slot + 1) % Self.size }
      slots[slot] = place
    }
  }

  func field(_ bytes: [UInt8], in range: Range<Int>) -> JSONField {
    guard !range.isEmpty else { return .other }
    var slot = Self.slot(bytes, in: range)
    while slots[slot] >= 0 {
      let place = slots[slot]
      if matches(starts[place]..<starts[place + 1], bytes, in: range) { return fields[place] }
      slot = (slot + 1) % Self.size
    }
    return .other
  }

  /// A few bytes tell the known keys apart well enough; the comparison afterwards decides.
  private static func slot(_ bytes: [UInt8], in range: Range<Int>) -> Int {
    let first = Int(bytes[range.lowerBound])
    let middle = Int(bytes[range.lowerBound + range.count / 2])
    let last = Int(bytes[range.upperBound - 1])
    return (first &* 7 &+ middle &* 31 &+ last &* 131 &+ range.count &* 61) % size
  }

  private func matches(_ name: Range<Int>, _ bytes: [UInt8], in range: Range<Int>) -> Bool {
    guard name.count == range.count else { return false }
    for offset in 0..<name.count where names[name.lowerBound + offset] != bytes[range.lowerBound + offset] {
      return false
    }
    return true
  }
}
