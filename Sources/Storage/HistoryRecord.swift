/// The pieces of a ``HistoryJournal``, as bytes.
enum HistoryRecord {
  fileprivate enum Kind: UInt8 {
    case entry = 1
    case removal
    case seen
    case sent
  }

  fileprivate enum RemovalKind: UInt8 {
    case message = 1
    case author
    case chat
    case everything
  }

  /// Appends an entry as a segment has it.
  static func append(_ entry: ArraySlice<UInt8>, in stream: StreamID, to bytes: inout [UInt8]) {
    bytes.append(Kind.entry.rawValue)
    HistorySegment.append(stream.rawValue, to: &bytes)
    bytes += entry
  }

  static func append(_ placed: HistoryBatch.PlacedRemoval, in stream: StreamID, to bytes: inout [UInt8]) {
    bytes.append(Kind.removal.rawValue)
    HistorySegment.append(stream.rawValue, to: &bytes)
    HistorySegment.append(placed.before, to: &bytes)
    let (kind, account, texts): (RemovalKind, Int64, [String]) =
      switch placed.removal {
      case .message(let id, let account): (.message, account.rawValue, [id])
      case .author(let author, let account): (.author, account.rawValue, [author.network, author.id])
      case .chat(let account): (.chat, account.rawValue, [])
      case .everythingOf(let author): (.everything, 0, [author.network, author.id])
      }
    bytes.append(kind.rawValue)
    HistorySegment.append(account, to: &bytes)
    for text in texts { HistorySegment.append(text.utf8, to: &bytes) }
  }

  static func append(_ keys: [UInt64], to bytes: inout [UInt8]) {
    bytes.append(Kind.seen.rawValue)
    HistorySegment.append(UInt64(keys.count), to: &bytes)
    for key in keys { HistorySegment.append(key, to: &bytes) }
  }

  static func append(_ line: SentLine, to bytes: inout [UInt8]) {
    bytes.append(Kind.sent.rawValue)
    for text in [line.name.sender, line.channel, line.messageID] { HistorySegment.append(text.utf8, to: &bytes) }
    for number in [line.name.run, Int64(line.name.number), line.time] { HistorySegment.append(number, to: &bytes) }
    bytes.append(line.counts ? 1 : 0)
  }
}

extension HistoryBatch {
  /// Takes in what is in a piece of a journal; `false` when not all of it can be read.
  mutating func take(recordsIn bytes: [UInt8]) -> Bool {
    var reader = HistorySegment.Reader(bytes: bytes[...])
    do throws(HistorySegment.Damage) {
      while !reader.bytes.isEmpty { try takeRecord(&reader) }
      return true
    } catch {
      return false
    }
  }

  private mutating func takeRecord(_ reader: inout HistorySegment.Reader) throws(HistorySegment.Damage) {
    guard let kind = HistoryRecord.Kind(rawValue: try reader.byte()) else { throw HistorySegment.Damage() }
    switch kind {
    case .entry:
      let stream = StreamID(rawValue: try reader.number())
      append(try HistorySegment.entry(&reader), in: stream)
    case .removal:
      let stream = StreamID(rawValue: try reader.number())
      let before = try reader.number()
      remove(PlacedRemoval(try reader.removal(), before: before), in: stream)
    case .seen:
      for _ in 0..<(try reader.integer()) { seenKeys.append(try reader.integer()) }
    case .sent:
      let (sender, channel, message) = (try reader.text(), try reader.text(), try reader.text())
      let (run, number, time) = (try reader.number(), try reader.number(), try reader.number())
      note(
        SentLine(
          name: SentLine.Name(sender: sender, run: run, number: Int(number)), channel: channel, time: time,
          messageID: message, counts: try reader.byte() == 1))
    }
  }
}

extension HistorySegment.Reader {
  fileprivate mutating func removal() throws(HistorySegment.Damage) -> Removal {
    guard let kind = HistoryRecord.RemovalKind(rawValue: try byte()) else { throw HistorySegment.Damage() }
    let account = AccountID(rawValue: try number())
    switch kind {
    case .message: return .message(try text(), in: account)
    case .author: return .author(Author(network: try text(), id: try text()), in: account)
    case .chat: return .chat(account)
    case .everything: return .everythingOf(Author(network: try text(), id: try text()))
    }
  }
}
