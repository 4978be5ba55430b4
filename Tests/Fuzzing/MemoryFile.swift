import Glibc

/// A file in memory, written over for each input.
struct MemoryFile {
  let path = "/dev/shm/chat-relay-fuzzing"
  private let descriptor: CInt

  init() { descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600) }

  func write(_ bytes: [UInt8]) {
    promise(ftruncate(descriptor, 0) == 0, "the file can be emptied")
    let count = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    promise(count == bytes.count, "the file can be written")
  }
}
