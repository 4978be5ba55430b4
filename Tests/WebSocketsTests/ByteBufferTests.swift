import Testing
import WebSockets

@Suite struct ByteBufferTests {
  @Test func keepsWhatIsAppendedAsItGrows() {
    var buffer = ByteBuffer(capacity: 1)
    var expected: [UInt8] = []
    for number in 0..<200 {
      let piece = [UInt8](repeating: UInt8(number), count: number % 40)
      buffer.append(UInt8(number))
      buffer.append("text")
      buffer.append(piece.span)
      expected += [UInt8(number)] + "text".utf8 + piece
    }
    #expect(buffer.bytes == expected)
  }

  @Test func beginsEmpty() {
    #expect(ByteBuffer(capacity: 8).bytes == [])
  }
}
