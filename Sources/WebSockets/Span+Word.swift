extension Span<UInt8> {
  /// Eight bytes at once, the first of them in the lowest bits. All of them have to be there.
  @inlinable package func word(at place: Int) -> UInt64 {
    precondition(place >= 0 && place <= count - 8, "no eight bytes there")
    // In bounds by the line above; and any eight bytes are a number.
    return UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
  }
}
