/// What known short texts stand for, found by their bytes: a hash table with open addressing.
struct ShortTextTable<Value: Sendable>: Sendable {
  /// For each slot the text's place among the entries, one more than that; 0 when it is free. Small enough for a processor's first
  /// cache, with the entries.
  private var slots = [UInt8](repeating: 0, count: 256)
  private var entries: [(text: ShortText, value: Value)] = []

  /// Makes a table of at most 128 texts of one to 32 bytes, each once.
  init(_ values: some Collection<Value>, text: (Value) -> String) {
    precondition(values.count <= slots.count / 2, "more texts than slots are for")
    for value in values {
      guard let text = ShortText(text(value).utf8Span.span) else { preconditionFailure("no short text") }
      entries.append((text, value))
      slots[slot(of: text)] = UInt8(entries.count)
    }
  }

  /// What a text stands for; `nil` when that is not known.
  subscript(text: Span<UInt8>) -> Value? {
    guard let text = ShortText(text) else { return nil }
    let place = slots[slot(of: text)]
    return place == 0 ? nil : entries[Int(place) - 1].value
  }

  /// Where the text is, or the free slot where it belongs.
  private func slot(of text: ShortText) -> Int {
    var slot = text.hash
    while slots[slot] > 0, entries[Int(slots[slot]) - 1].text != text { slot = (slot + 1) & 255 }
    return slot
  }
}
