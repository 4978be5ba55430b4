/// How several entries of one room are kept in one piece of bytes.
///
/// A version byte, then each entry: numbers as variable-length integers (seven bits a byte, lowest first), texts and payloads
/// with their length before them.
enum HistorySegment {
  /// The bytes are not what ``encode(_:)`` makes.
  struct Damage: Error {}

  private static let version: UInt8 = 1

  static func encode(_ entries: some Collection<HistoryEntry>) -> [UInt8] {
    var bytes: [UInt8] = []
    // What is beside the payload rarely takes a hundred bytes.
    bytes.reserveCapacity(entries.reduce(1) { $0 + $1.payload.count + 100 })
    bytes.append(version)
    for entry in entries { append(entry, to: &bytes) }
    return bytes
  }

  static func append(_ entry: HistoryEntry, to bytes: inout [UInt8]) {
    append(entry.number, to: &bytes)
    append(entry.time, to: &bytes)
    bytes.append(entry.kind.rawValue)
    append(entry.account.rawValue, to: &bytes)
    append(entry.messageID.utf8, to: &bytes)
    append((entry.author?.network ?? "").utf8, to: &bytes)
    append((entry.author?.id ?? "").utf8, to: &bytes)
    // One more than there are, so that nobody differs from everybody.
    append(UInt64(entry.audience.map { $0.count + 1 } ?? 0), to: &bytes)
    if let audience = entry.audience { for user in audience.sorted() { append(user.rawValue, to: &bytes) } }
    append(entry.payload, to: &bytes)
  }

  static func decode(_ bytes: [UInt8]) throws(Damage) -> [HistoryEntry] {
    var reader = Reader(bytes: bytes[...])
    guard try reader.byte() == version else { throw Damage() }
    var entries: [HistoryEntry] = []
    while !reader.bytes.isEmpty { entries.append(try entry(&reader)) }
    return entries
  }

  static func entry(_ reader: inout Reader) throws(Damage) -> HistoryEntry {
    let (number, time) = (try reader.number(), try reader.number())
    guard let kind = HistoryEntry.Kind(rawValue: try reader.byte()) else { throw Damage() }
    var entry = HistoryEntry(number: number, time: time, kind: kind, payload: [])
    entry.account = AccountID(rawValue: try reader.number())
    entry.messageID = try reader.text()
    let author = Author(network: try reader.text(), id: try reader.text())
    entry.author = author.network.isEmpty ? nil : author
    let audience = try reader.integer()
    if audience > 0 {
      var users: Set<UserID> = []
      for _ in 1..<audience { users.insert(UserID(rawValue: try reader.number())) }
      entry.audience = users
    }
    entry.payload = Array(try reader.lengthAndBytes())
    return entry
  }

  static func append(_ number: Int64, to bytes: inout [UInt8]) {
    append(UInt64(bitPattern: number), to: &bytes)
  }

  static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  static func append(_ content: some Collection<UInt8>, to bytes: inout [UInt8]) {
    append(UInt64(content.count), to: &bytes)
    bytes += content
  }

  /// Takes apart what `append` has put together.
  struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func byte() throws(Damage) -> UInt8 {
      guard let byte = bytes.popFirst() else { throw Damage() }
      return byte
    }

    mutating func integer() throws(Damage) -> UInt64 {
      var value: UInt64 = 0
      for shift in stride(from: 0, to: 70, by: 7) {
        let byte = try byte()
        guard shift < 63 || byte < 2 else { throw Damage() }
        value |= UInt64(byte & 0x7F) << UInt64(shift)
        if byte < 0x80 { return value }
      }
      throw Damage()
    }

    mutating func number() throws(Damage) -> Int64 { Int64(bitPattern: try integer()) }

    mutating func lengthAndBytes() throws(Damage) -> ArraySlice<UInt8> {
      let length = try integer()
      guard length <= UInt64(bytes.count) else { throw Damage() }
      defer { bytes = bytes.dropFirst(Int(length)) }
      return bytes.prefix(Int(length))
    }

    mutating func text() throws(Damage) -> String {
      let content = try lengthAndBytes()
      guard let text = String(validating: content, as: UTF8.self) else { throw Damage() }
      return text
    }
  }
}
