import Histogram

/// Fifty people who write in their own channels, a hundred lines a second altogether: from a browser to Helix and back as `textresult`.
enum Sends {
  private static let writers = 50
  private static let lines = 1_000
  private static let interval: Duration = .milliseconds(10)

  static func measure() async throws -> [Figure] {
    let subject = try await Subject.relay(channels: writers)
    var people: [Writer] = []
    for number in 1...writers {
      people.append(Writer(try await Visitor(subject.url(of: number)), account: number))
    }
    var histogram = Histogram<UInt64>(highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)
    try await withThrowingTaskGroup(of: [Int64].self) { group in
      let start = ContinuousClock.now
      for (place, writer) in people.enumerated() {
        group.addTask {
          var delays: [Int64] = []
          for number in stride(from: place, to: lines, by: writers) {
            // The pace at which people write.
            try await Task.sleep(until: start + interval * number)
            delays.append(try await writer.say("line \(number)"))
          }
          return delays
        }
      }
      for try await delays in group {
        for delay in delays { histogram.record(UInt64(max(1, delay))) }
      }
    }
    for writer in people { await writer.visitor.leave() }
    await subject.end()
    return [50, 99].map { percentile in
      Figure(
        of: .sends, name: "p\(Report.text(percentile)) at 100/s over \(writers) writers", unit: "ms",
        values: [.relay: Double(histogram.valueAtPercentile(percentile)) / 1e6])
    }
  }

  /// Somebody who waits for the outcome of each line.
  private struct Writer {
    let visitor: Visitor
    let account: Int

    init(_ visitor: Visitor, account: Int) {
      self.visitor = visitor
      self.account = account
    }

    func say(_ text: String) async throws -> Int64 {
      let start = Swarm.now
      await visitor.send(
        #"{"type":"text","account_id":\#(account),"cur_stream_account_id":\#(account),"text":"\#(text)","id":"1"}"#)
      let answer = try await visitor.message("textresult")
      guard String(decoding: answer, as: UTF8.self).contains(#""is_sent":true"#) else {
        throw BenchmarkError("a line was not sent: " + String(decoding: answer, as: UTF8.self))
      }
      return Swarm.now - start
    }
  }
}
