import Foundation

/// One gateway's hold on a data folder, which no second gateway gets as long as the first one lives.
///
/// It is on the folder itself, and the system lets go of it however the process ends: nothing stale is ever left. Only
/// gateways ask for it; the administration commands work beside one.
struct FolderLock {
  /// Another gateway has the folder.
  struct Taken: Error, CustomStringConvertible {
    let folder: String

    var description: String {
      "another gateway runs on the data folder \(folder): stop that one or choose another folder"
    }
  }

  // Closing the file gives the folder back.
  private let handle: FileHandle?

  /// Takes hold of a folder, which is made when it is missing.
  init(_ folder: String) throws(Taken) {
    let manager = FileManager.default
    // A folder that cannot be made or used is reported by the store, which says why.
    try? manager.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    handle = FileHandle(forReadingAtPath: folder)
    guard let handle else { return }
    if flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { throw Taken(folder: folder) }
  }

  /// Whether a gateway has the folder.
  static func isTaken(_ folder: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: folder) else { return false }
    return flock(handle.fileDescriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
