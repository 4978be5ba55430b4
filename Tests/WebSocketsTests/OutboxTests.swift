import Testing

@testable import WebSockets

@Suite struct OutboxTests {
  /// What an outbox would write, each write by itself.
  private func writes(_ outbox: inout Outbox) -> [[UInt8]] {
    var writes: [[UInt8]] = []
    while let next = outbox.next() {
      switch next {
      case .own(let bytes, _): writes.append(bytes)
      case .log(let slab, let start, let end):
        unsafe writes.append(slab.withBytes(start, end) { unsafe Array($0) })
      }
      #expect(next.size == writes.last?.count)
    }
    return writes
  }

  private func frame(_ count: Int) -> [UInt8] {
    Frame.textHeader(payload: count) + [UInt8](repeating: UInt8(truncatingIfNeeded: count), count: count)
  }

  @Test func aLargeSlabIsWrittenInSlicesOfWholeFrames() {
    let log = FrameLog()
    var outbox = Outbox(makesFrames: true)
    outbox.follow(log)
    let slab = FrameLog.Slab(size: 64 << 10, start: 0)
    log.newest.next = slab
    let frames = (0..<200).map { frame([5, 125, 126, 400][$0 % 4]) } + [frame(17_000), frame(3), frame(9_000)]
    for frame in frames { slab.append(frame) }
    let writes = writes(&outbox)
    #expect(writes.flatMap(\.self) == frames.flatMap(\.self))
    #expect(writes.count > 2)
    var ends: Set<Int> = []
    _ = frames.reduce(0) { end, frame in
      ends.insert(end + frame.count)
      return end + frame.count
    }
    var end = 0
    for write in writes {
      end += write.count
      #expect(ends.contains(end))
      #expect(write.count <= FrameLog.sliceSize || write == frame(17_000))
    }
  }

  @Test func whatIsAppendedAfterTheEndIsNotWritten() {
    let log = FrameLog()
    var outbox = Outbox(makesFrames: true)
    outbox.follow(log)
    let slabs = (0..<2).map { FrameLog.Slab(size: 100, start: $0 * 100) }
    log.newest.next = slabs[0]
    slabs[0].append(frame(5))
    outbox.append(.text([1]), end: slabs[0])
    outbox.end(at: slabs[0])
    slabs[0].append(frame(6))
    slabs[0].next = slabs[1]
    slabs[1].append(frame(7))
    #expect(!outbox.isEmpty)
    #expect(writes(&outbox) == [frame(5), Frame.textHeader(payload: 1) + [1]])
    #expect(outbox.isEmpty)
  }

  @Test(arguments: [0, 1, 125, 126, 65_535, 65_536, 100_000])
  func aFramesHeaderTellsItsSize(count: Int) {
    let frame = frame(count) + [1, 2, 3]
    let size = unsafe frame.withUnsafeBufferPointer { unsafe Frame.size(of: $0) }
    #expect(size == frame.count - 3)
  }
}
