import Testing

@testable import WebSockets

@Suite struct FrameReaderTests {
  /// What a server's bytes say when they come in pieces of that size, and how it ends if it does.
  private func read(_ bytes: [UInt8], piece: Int = .max, limit: Int = 1000) -> ([FrameReader.Event], Closure?) {
    var reader = FrameReader(maximumMessageSize: limit)
    var events: [FrameReader.Event] = []
    do throws(Closure) {
      var rest = bytes[...]
      while !rest.isEmpty {
        reader.take(Array(rest.prefix(piece)))
        rest = rest.dropFirst(piece)
        while let event = try reader.next() { events.append(event) }
      }
    } catch {
      return (events, error)
    }
    return (events, nil)
  }

  private func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
    var frame = Frame.textHeader(payload: payload.count)
    frame[0] = first
    return frame + payload
  }

  @Test(arguments: [1, 2, 3, 7, 130, .max], [0, 1, 125, 126, 700])
  func framesAreReadInWhateverPiecesTheyCome(piece: Int, size: Int) {
    let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    let bytes =
      frame(0x81, payload) + frame(0x89, [7]) + frame(0x82, payload) + frame(0x8A, []) + frame(0x88, [3, 232])
    let (events, end) = read(bytes, piece: piece)
    #expect(events == [.message(.text(payload)), .ping([7]), .message(.binary(payload)), .pong, .close([3, 232])])
    #expect(end == nil)
  }

  @Test func fragmentsAreOneMessageWithControlFramesBetweenThem() {
    let bytes = frame(0x02, [1]) + frame(0x89, []) + frame(0x00, [2]) + frame(0x80, [3]) + frame(0x81, [4])
    #expect(read(bytes).0 == [.ping([]), .message(.binary([1, 2, 3])), .message(.text([4]))])
  }

  @Test func aLengthOf64BitsIsRead() {
    let payload = [UInt8](repeating: 0x61, count: 70_000)
    #expect(read(frame(0x81, payload), piece: 4096, limit: 70_000).0 == [.message(.text(payload))])
  }

  @Test(
    "What breaks the protocol ends it",
    arguments: [
      [0xC1, 0], [0x91, 0], [0x83, 0], [0x8B, 0],  // reserved bits, unknown kinds
      [0x81, 0x80, 0, 0, 0, 0],  // masked
      [0x80, 0], [0x01, 0, 0x81, 0],  // a fragment of nothing, a message within another one
      [0x09, 0], [0x89, 126, 0, 126],  // a control frame in pieces, or too long
    ] as [[UInt8]])
  func whatBreaksTheProtocolEndsIt(bytes: [UInt8]) {
    #expect(read(bytes).1?.code == 1002)
  }

  @Test(
    "A message over the limit ends it before it has come",
    arguments: [
      [0x81, 126, 0x03, 0xE9], [0x81, 127, 0, 0, 0, 0, 0, 0, 0x03, 0xE9], [0x81, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0],
    ] as [[UInt8]])
  func aMessageOverTheLimitEndsIt(header: [UInt8]) {
    #expect(read(header).1?.code == 1009)
  }

  @Test func fragmentsCountTogether() {
    let half = [UInt8](repeating: 0, count: 501)
    #expect(read(frame(0x02, half) + frame(0x80, half)).1?.code == 1009)
  }
}
