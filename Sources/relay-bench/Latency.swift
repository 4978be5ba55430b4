import Histogram

/// Fifty messages a second to a thousand browsers: from when a notification leaves Twitch to when the last browser has its last byte.
enum Latency {
  private static let browsers = 1_000
  private static let interval: Int64 = 20_000_000
  private static let messages = 750

  static func measure() async throws -> [Figure] {
    var percentiles: [Double: [Kind: Double]] = [:]
    try await Subject.each(clients: browsers) { subject in
      try await subject.swarm.connect(browsers)
      try await subject.rest()
      subject.swarm.reset()
      let histogram = try await delays(subject)
      for percentile in [50, 99, 99.9] {
        percentiles[percentile, default: [:]][subject.kind] = Double(histogram.valueAtPercentile(percentile)) / 1e6
      }
    }
    return [50, 99, 99.9].map { percentile in
      Figure(
        of: .latency, name: "p\(Report.text(percentile)) at 50/s to \(browsers) browsers", unit: "ms",
        values: percentiles[percentile] ?? [:], goal: percentile == 99 ? .ratioAtMost(1.5) : nil)
    }
  }

  private static func delays(_ subject: Subject) async throws -> Histogram<UInt64> {
    var sent: [Int64] = []
    let start = Swarm.now
    for number in 0..<messages {
      let due = start + Int64(number) * interval
      // The pace at which people talk.
      try await Task.sleep(for: .nanoseconds(max(0, due - Swarm.now)))
      sent.append(Swarm.now)
      await subject.pour(1)
    }
    try await until("all have arrived", within: 10) { subject.swarm.complete >= messages }
    var histogram = Histogram<UInt64>(highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)
    for (index, sent) in sent.enumerated() {
      guard let arrived = subject.swarm.completed(index) else { throw BenchmarkError("a message did not arrive") }
      histogram.record(UInt64(max(1, arrived - sent)))
    }
    return histogram
  }
}
