import FoundationEssentials

/// What rooms remember and the history on disk does not hold yet, in memory that outlives this process: after a `kill -9` nothing
/// that anybody was shown is forgotten.
///
/// A file in memory (`$XDG_RUNTIME_DIR` or `/dev/shm`, so that no disk can hold up the event loop; else in the data folder), to
/// which `history.journal` in the data folder leads. It consists of slots. What is added goes into one of them; those that were
/// full of what is on its way to the disk are emptied, and overwritten, once it has arrived there. When there is no room the
/// journal is behind, and takes nothing until it is written anew. Not sendable: it belongs to whoever opened it.
public final class HistoryJournal {
  private static let slotSize = 512 << 10
  private static let slotCount = 8
  /// A slot begins with how many bytes are in it, and with a number that grows from slot to slot in the order of their use.
  private static let headerSize = 16

  /// Whether something is missing in it that waits for the disk.
  public private(set) var isBehind = false
  /// Whether an earlier run left it, which did not end as it should.
  public private(set) var isInherited = false
  /// Whether few slots are left.
  public var isCrowded: Bool { used.count { $0 > 0 } > Self.slotCount / 2 }

  private let file: MappedFile
  private let path: String
  private let link: String?
  /// How much of each slot is used.
  private var used = [Int](repeating: 0, count: slotCount)
  private var current = 0
  private var departed: [Int] = []
  private var uses: UInt64 = 0
  /// What will be there at once or not at all.
  private var group: [UInt8] = []
  private var isGrouping = false

  private init(_ file: MappedFile, path: String, link: String?) {
    self.file = file
    self.path = path
    self.link = link
  }

  /// What an earlier run left, in the order in which it came. What cannot be read is left out, and what follows it.
  func recover() -> HistoryBatch {
    var batch = HistoryBatch()
    let slots = (0..<Self.slotCount).map { $0 * Self.slotSize }.sorted {
      file.number(at: $0 + 8) < file.number(at: $1 + 8)
    }
    for start in slots {
      let count = file.number(at: start)
      guard count <= UInt64(Self.slotSize - Self.headerSize) else { break }
      let content = start + Self.headerSize
      guard batch.take(recordsIn: file.read(content..<content + Int(count))) else { break }
    }
    return batch
  }

  // MARK: What comes

  /// Makes what `body` adds be there at once or not at all.
  public func together(_ body: () -> Void) {
    isGrouping = true
    body()
    isGrouping = false
    commit()
  }

  /// Adds an entry of a room, as ``HistoryBatch/append(_:in:)`` gives it.
  public func append(_ entry: ArraySlice<UInt8>, in stream: StreamID) {
    add { HistoryRecord.append(entry, in: stream, to: &$0) }
  }

  /// Adds something to be forgotten. What was added before and is concerned stays until its batch has arrived.
  public func append(_ removal: HistoryBatch.PlacedRemoval, in stream: StreamID) {
    add { HistoryRecord.append(removal, in: stream, to: &$0) }
  }

  /// Adds keys of notifications.
  public func append(seen keys: [UInt64]) {
    add { HistoryRecord.append(keys, to: &$0) }
  }

  /// Adds a line that an account sent.
  public func append(_ line: SentLine) {
    add { HistoryRecord.append(line, to: &$0) }
  }

  private func add(_ encode: (inout [UInt8]) -> Void) {
    guard !isBehind else { return }
    encode(&group)
    if !isGrouping { commit() }
  }

  private func commit() {
    defer { group.removeAll(keepingCapacity: true) }
    guard !group.isEmpty, !isBehind else { return }
    if used[current] + group.count > Self.slotSize - Self.headerSize {
      guard group.count <= Self.slotSize - Self.headerSize, takeFreeSlot() else { return isBehind = true }
    }
    let start = current * Self.slotSize
    if used[current] == 0 {
      uses += 1
      file.setNumber(uses, at: start + 8)
    }
    file.write(group, at: start + Self.headerSize + used[current])
    used[current] += group.count
    // The number makes it count: a process may end between any two instructions.
    file.setNumber(UInt64(used[current]), at: start)
  }

  private func takeFreeSlot() -> Bool {
    guard let free = used.firstIndex(of: 0) else { return false }
    current = free
    return true
  }

  // MARK: What goes

  /// Everything that was added is on its way to the disk; what comes now is not.
  public func depart() {
    departed = used.indices.filter { used[$0] > 0 }
    // What came into a slot that is emptied soon would be gone with it.
    if !takeFreeSlot() { isBehind = true }
  }

  /// What was on its way has arrived. With it goes whatever moderation took away of it.
  public func arrive() {
    for slot in departed { empty(slot) }
    departed = []
  }

  /// Makes it hold what a batch holds, and nothing else.
  public func rewrite(_ batch: HistoryBatch) {
    for slot in used.indices where used[slot] > 0 { empty(slot) }
    (current, departed, isBehind) = (0, [], false)
    // The batch has what is being put together, too.
    group.removeAll(keepingCapacity: true)
    let wasGrouping = isGrouping
    isGrouping = false
    defer { isGrouping = wasGrouping }
    for (stream, removals) in batch.removals { for removal in removals { append(removal, in: stream) } }
    for (stream, segments) in batch.segments {
      for segment in segments { for record in segment.records { append(record.bytes, in: stream) } }
    }
    for line in batch.sent.values { append(line) }
    // In pieces, so that they fit wherever there is room.
    for start in stride(from: 0, to: batch.seenKeys.count, by: 1000) {
      append(seen: Array(batch.seenKeys[start..<min(start + 1000, batch.seenKeys.count)]))
    }
  }

  private func empty(_ slot: Int) {
    let start = slot * Self.slotSize
    file.setNumber(0, at: start)
    file.clear(start + Self.headerSize..<start + Self.headerSize + used[slot])
    used[slot] = 0
  }

  /// Takes the file away, if everything in it has arrived on disk.
  public func close() {
    guard !isBehind, used.allSatisfy({ $0 == 0 }) else { return }
    try? FileManager.default.removeItem(atPath: path)
    if let link { try? FileManager.default.removeItem(atPath: link) }
  }
}

extension HistoryJournal {
  /// Opens the journal of a data folder with what an earlier run left in it. `nil` when there can be none, or when another process
  /// has it.
  ///
  /// - Parameter isMade: Whether one is made where there is none.
  static func open(_ folder: DataFolder, isMade: Bool) -> (journal: HistoryJournal, left: HistoryBatch)? {
    let size = slotSize * slotCount
    let manager = FileManager.default
    if let target = try? manager.destinationOfSymbolicLink(atPath: folder.journalPath) {
      if let file = MappedFile(target, size: size, isNew: false) {
        return taken(HistoryJournal(file, path: target, link: folder.journalPath))
      }
      // It went with the memory that it was in, unless another process has it.
      guard isMade, !manager.fileExists(atPath: target) else { return nil }
      try? manager.removeItem(atPath: folder.journalPath)
    } else if let file = MappedFile(folder.journalPath, size: size, isNew: false) {
      return taken(HistoryJournal(file, path: folder.journalPath, link: nil))
    }
    guard isMade else { return nil }
    let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"] ?? ""
    for place in [runtime, "/dev/shm"] where place.hasPrefix("/") {
      let path = "\(place)/chat-relay-\(UUID().uuidString)"
      guard let file = MappedFile(path, size: size, isNew: true) else { continue }
      do {
        try manager.createSymbolicLink(atPath: folder.journalPath, withDestinationPath: path)
        return (HistoryJournal(file, path: path, link: folder.journalPath), HistoryBatch())
      } catch {
        try? manager.removeItem(atPath: path)
      }
    }
    return MappedFile(folder.journalPath, size: size, isNew: true).map {
      (HistoryJournal($0, path: folder.journalPath, link: nil), HistoryBatch())
    }
  }

  private static func taken(_ journal: HistoryJournal) -> (journal: HistoryJournal, left: HistoryBatch) {
    let left = journal.recover()
    journal.isInherited = true
    // Written anew, so that what comes now comes after it, and nothing stays of what was only half there.
    journal.file.clear()
    journal.rewrite(left)
    return (journal, left)
  }
}
