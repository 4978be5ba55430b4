extension OutputSpan<UInt8> {
  /// Appends a copy of those bytes, for which there has to be room.
  @inlinable package mutating func append(copying bytes: Span<UInt8>) {
    precondition(bytes.count <= freeCapacity, "no room for so many bytes")
    unsafe bytes.withUnsafeBufferPointer { unsafe append(from: $0.baseAddress, count: $0.count) }
  }

  /// What is copied over is memory that holds nothing yet; that there is so much of it, the callers have seen to.
  @unsafe @inlinable package mutating func append(from source: UnsafePointer<UInt8>?, count: Int) {
    unsafe withUnsafeMutableBufferPointer { memory, used in
      if let source = unsafe source, let target = memory.baseAddress {
        unsafe (target + used).initialize(from: source, count: count)
        used += count
      }
    }
  }
}
