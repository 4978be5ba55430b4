/// A set of hashes with open addressing: no hashing of the hash, no room but eight bytes a slot.
struct KeySet {
  private(set) var count = 0
  private var slots: [UInt64]

  /// Makes an empty one with room for so many, or half as many more.
  init(room: Int = 0) {
    var size = 1024
    while size < room * 2 { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
  }

  func contains(_ key: UInt64) -> Bool {
    slots[slot(of: key)] == key
  }

  /// Adds the key; false when it was there.
  mutating func insert(_ key: UInt64) -> Bool {
    if count * 4 >= slots.count * 3 { grow() }
    let slot = slot(of: key)
    guard slots[slot] != key else { return false }
    slots[slot] = key
    count += 1
    return true
  }

  /// Where the key is, or the free slot where it belongs.
  private func slot(of key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: key) & (slots.count - 1)
    while slots[slot] != 0, slots[slot] != key { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private mutating func grow() {
    let keys = slots
    slots = [UInt64](repeating: 0, count: keys.count * 2)
    for key in keys where key != 0 { slots[slot(of: key)] = key }
  }
}
