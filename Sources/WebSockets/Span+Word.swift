extension Span<UInt8> {
  /// Eight bytes at once, the first of them in the lowest bits. All of them have to be there.
  @inlinable package func word(at place: Int) -> UInt64 {
    precondition(place >= 0 && place <= count - 8, "no eight bytes there")
    // In bounds by the line above; and any eight bytes are a number.
    return UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
  }

  /// Thirty-two bytes at once, as they stand in memory. All of them have to be there.
  @inlinable package func words(at place: Int) -> SIMD4<UInt64> {
    precondition(place >= 0 && place <= count - 32, "no thirty-two bytes there")
    // In bounds by the line above; and any bytes are numbers.
    return unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: SIMD4<UInt64>.self)
  }
}
