import Glibc
import Synchronization

/// A file's content as memory: what is written there outlives this process, whatever ends it, without a call to the system.
///
/// Held by one process at a time. Not sendable: whoever opened it reads and writes it.
@safe final class MappedFile {
  /// The size of all of it.
  let size: Int
  private let memory: UnsafeMutableRawPointer
  private let descriptor: Int32

  /// Opens a file that only this user may read, and gives it its size. `nil` when that cannot be, or another process holds it.
  ///
  /// - Parameter isNew: Whether the file is to be made; it must not be there yet.
  init?(_ path: String, size: Int, isNew: Bool) {
    // No link is followed and nobody else's file is taken: the folder may be one that everybody can write to.
    let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (isNew ? O_CREAT | O_EXCL : 0), 0o600)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    // A page that the system cannot find room for when it is written to would end the process, so all of them are taken now.
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      flock(descriptor, LOCK_EX | LOCK_NB) == 0, posix_fallocate(descriptor, 0, off_t(size)) == 0,
      let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      unsafe memory != MAP_FAILED
    else {
      close(descriptor)
      if isNew { unsafe unlink(path) }
      return nil
    }
    unsafe self.memory = memory
    self.descriptor = descriptor
    self.size = size
  }

  deinit {
    unsafe munmap(memory, size)
    close(descriptor)
  }

  func read(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= size, "within the file")
    return unsafe [UInt8](UnsafeRawBufferPointer(start: memory + range.lowerBound, count: range.count))
  }

  func write(_ bytes: [UInt8], at place: Int) {
    precondition(place >= 0 && place + bytes.count <= size, "within the file")
    unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe (memory + place).copyMemory(from: start, byteCount: bytes.count)
    }
  }

  func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= size, "within the file")
    unsafe memset(memory + range.lowerBound, 0, range.count)
  }

  /// Clears all of it, and gives back the memory as far as the system has it elsewhere.
  func clear() {
    clear(0..<size)
    unsafe madvise(memory, size, MADV_DONTNEED)
  }

  func number(at place: Int) -> UInt64 {
    precondition(place >= 0 && place + 8 <= size, "within the file")
    return unsafe memory.load(fromByteOffset: place, as: UInt64.self)
  }

  /// Writes a number after everything that was written before, and before everything that will be.
  func setNumber(_ number: UInt64, at place: Int) {
    precondition(place >= 0 && place + 8 <= size, "within the file")
    // Nobody reads along. Whoever reads once this process has ended sees all that it had written until then.
    atomicMemoryFence(ordering: .acquiringAndReleasing)
    unsafe memory.storeBytes(of: number, toByteOffset: place, as: UInt64.self)
    atomicMemoryFence(ordering: .acquiringAndReleasing)
  }
}
