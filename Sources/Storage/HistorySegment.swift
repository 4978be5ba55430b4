/// Some entries of one room that follow each other, in one piece of bytes: a row of the history, or what will be one.
///
/// A version byte, then each entry: numbers as variable-length integers (seven bits a byte, lowest first), texts and payloads
/// with their length before them.
struct HistorySegment: Sendable {
  /// The bytes are not what ``append(_:)`` makes.
  struct Damage: Error {}

  private static let version: UInt8 = 1

  private(set) var bytes: [UInt8] = [version]
  private(set) var count = 0
  /// The numbers of the first entry and of the last.
  private(set) var first: Int64 = .max
  private(set) var last: Int64 = .min
  /// How many entries are messages, how many acts of moderation, and how many for some only.
  private(set) var messages = 0
  private(set) var moderation = 0
  private(set) var limited = 0

  /// Begins with nothing, and with room for so many bytes.
  init(room: Int = 0) {
    bytes.reserveCapacity(room)
  }

  init(_ entries: some Collection<HistoryEntry>) {
    // What is beside the payload rarely takes a hundred bytes.
    self.init(room: entries.reduce(1) { $0 + $1.payload.count + 100 })
    for entry in entries { append(entry) }
  }

  /// What is in it.
  var entries: [HistoryEntry] {
    guard let entries = try? Self.decode(bytes) else { preconditionFailure("what was written here can be read") }
    return entries
  }

  /// Appends an entry whose number is greater than those before; gives what was written of it.
  @discardableResult mutating func append(_ entry: HistoryEntry) -> ArraySlice<UInt8> {
    let start = bytes.count
    Self.append(entry, to: &bytes)
    count(entry)
    return bytes[start...]
  }

  /// Appends what comes after it.
  mutating func append(_ later: HistorySegment) {
    bytes += later.bytes.dropFirst()
    count += later.count
    (first, last) = (min(first, later.first), max(last, later.last))
    (messages, moderation) = (messages + later.messages, moderation + later.moderation)
    limited += later.limited
  }

  private mutating func count(_ entry: HistoryEntry) {
    count += 1
    (first, last) = (min(first, entry.number), max(last, entry.number))
    switch entry.kind {
    case .message: messages += 1
    case .moderation: moderation += 1
    case .gap: break
    }
    if entry.audience != nil { limited += 1 }
  }

  /// It without what is to be forgotten; `nil` when nothing is left.
  func without(_ placed: HistoryBatch.PlacedRemoval) -> HistorySegment? {
    guard first < placed.before else { return self }
    let kept = records.filter { $0.head.number >= placed.before || !placed.removal.covers($0.head) }
    if kept.count == count { return self }
    if kept.isEmpty { return nil }
    var segment = HistorySegment(room: bytes.count)
    for record in kept {
      segment.bytes += record.bytes
      segment.count(record.head)
    }
    return segment
  }

  /// What was written of an entry.
  struct Record {
    /// The entry without its payload.
    var head: HistoryEntry
    var bytes: ArraySlice<UInt8>
  }

  /// What was written of each entry.
  var records: [Record] {
    var reader = Reader(bytes: bytes.dropFirst())
    var records: [Record] = []
    records.reserveCapacity(count)
    while !reader.bytes.isEmpty {
      let start = reader.bytes.startIndex
      guard let head = try? Self.head(&reader), (try? reader.lengthAndBytes()) != nil else {
        preconditionFailure("what was written here can be read")
      }
      records.append(Record(head: head, bytes: bytes[start..<reader.bytes.startIndex]))
    }
    return records
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
    var entry = try head(&reader)
    entry.payload = Array(try reader.lengthAndBytes())
    return entry
  }

  /// Reads an entry up to its payload.
  private static func head(_ reader: inout Reader) throws(Damage) -> HistoryEntry {
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
