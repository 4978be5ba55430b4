@testable import Storage

/// What history keeps on disk, where a power cut may leave anything: it is read as it was written, or is damaged.
func readSegment(_ bytes: [UInt8]) {
  guard let entries = try? HistorySegment.decode(bytes) else { return }
  promise(entries.count * 8 <= bytes.count, "an entry has at least eight bytes")
  let written = HistorySegment(entries).bytes
  promise((try? HistorySegment.decode(written)) == entries, "entries are read as they are written")
  promise(written.count <= bytes.count, "nobody writes it shorter")
  for entry in entries {
    guard let removal = entry.removal else { continue }
    promise(!removal.covers(entry), "clients hear of what moderators did")
  }
}
