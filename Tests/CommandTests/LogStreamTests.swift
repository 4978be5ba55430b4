import Dispatch
import Synchronization
import Testing

@testable import chat_relay

@Suite struct LogStreamTests {
  @Test func whatIsLoggedIsWrittenInOrder() {
    let written = Mutex("")
    let stream = LogStream { text in written.withLock { $0 += text } }
    for number in 1...100 { stream.write("\(number)\n") }
    stream.flush(within: .seconds(20))
    #expect(written.withLock { $0 } == (1...100).map { "\($0)\n" }.joined())
  }

  @Test func whatNobodyReadsIsLeftOutAndCounted() {
    let written = Mutex("")
    let read = DispatchSemaphore(value: 0)
    let stream = LogStream { text in
      read.wait()
      written.withLock { $0 += text }
    }
    let line = String(repeating: "x", count: LogStream.limit / 4 - 1) + "\n"
    // One is on its way or waits, and four or three more may; ten of twelve or so do not.
    stream.write("first\n")
    for _ in 1...12 { stream.write(line) }
    read.signal()
    read.signal()
    stream.flush(within: .seconds(20))
    stream.write("last\n")
    read.signal()
    stream.flush(within: .seconds(20))
    let lines = written.withLock { $0 }.split(separator: "\n")
    #expect(lines.first == "first")
    #expect(lines.suffix(2) == ["\(12 - (lines.count - 3)) lines were left out, since nobody read them", "last"])
  }
}
