/// Bytes that are written one after another, in memory of its own that grows.
///
/// An array looks before each byte whether somebody shares it. What is written anew for each line of chat is nobody else's. It is public
/// only since the compiler (Swift 6.3) does not inline what belongs to a `package` type of another module, and that is what it is for.
@safe public struct ByteBuffer: ~Copyable {
  @usableFromInline var memory: UnsafeMutablePointer<UInt8>
  @usableFromInline var capacity: Int
  @usableFromInline var used = 0

  /// Makes an empty one with room for so many bytes.
  package init(capacity: Int) {
    precondition(capacity > 0, "memory of at least one byte")
    unsafe memory = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// A copy of what was written.
  package var bytes: [UInt8] { unsafe [UInt8](UnsafeBufferPointer(start: memory, count: used)) }

  /// Appends a byte.
  @inlinable @inline(__always) package mutating func append(_ byte: UInt8) {
    makeRoom(for: 1)
    unsafe memory[used] = byte
    used &+= 1
  }

  /// Appends a text that is known when this is compiled: some instructions, where it is short.
  @inlinable @inline(__always) package mutating func append(_ text: StaticString) {
    precondition(text.hasPointerRepresentation, "a text, not a single character")
    makeRoom(for: text.utf8CodeUnitCount)
    unsafe (memory + used).initialize(from: text.utf8Start, count: text.utf8CodeUnitCount)
    used &+= text.utf8CodeUnitCount
  }

  /// Appends a copy of some bytes.
  @inlinable package mutating func append(_ bytes: Span<UInt8>) {
    makeRoom(for: bytes.count)
    unsafe bytes.withUnsafeBufferPointer { bytes in
      if let source = bytes.baseAddress { unsafe (memory + used).initialize(from: source, count: bytes.count) }
    }
    used &+= bytes.count
  }

  /// Sees to it that there is memory for so many more. Their number comes from what is in memory itself, and adds up to less than 2^63.
  @inlinable @inline(__always) mutating func makeRoom(for more: Int) {
    if more > capacity &- used { grow(by: more) }
  }

  @usableFromInline @inline(never) mutating func grow(by more: Int) {
    let larger = max(capacity * 2, used + more)
    let new = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe new.initialize(from: memory, count: used)
    unsafe memory.deallocate()
    unsafe memory = unsafe new
    capacity = larger
  }
}
