import WebSockets

/// Browsers that are there and nobody who talks: memory for each, and CPU while every one is pinged once.
enum Idle {
  /// Longer than from one round of pings to the next.
  private static let time: Duration = .seconds(Server.Pings().interval + 2)

  static func measure() async throws -> [Figure] {
    // With a hard limit of 20,000 descriptors, which is usual, there cannot be as many browsers: both ends need some for themselves.
    let crowds = [10_000, min(20_000, FileLimit.raise() / 1_000 * 1_000)]
    var memory: [Int: [Kind: Double]] = [:]
    var load = 0.0
    try await Subject.each([.relay, .slices], clients: crowds[1]) { subject in
      let empty = subject.process.memory
      for crowd in crowds {
        try await subject.swarm.connect(crowd)
        try await subject.rest()
        memory[crowd, default: [:]][subject.kind] = Double(subject.process.memory - empty) / Double(crowd) / 1024
        if crowd == 10_000, subject.kind == .relay {
          // The measurement itself: what it costs to do nothing for so long.
          let used = try await subject.measure { try await Task.sleep(for: time) }
          load = used.cpu / used.wall * 100
        }
      }
    }
    return crowds.map { crowd in
      Figure(
        of: .idle, name: "memory for each of \(crowd) browsers", unit: "KiB", values: memory[crowd] ?? [:],
        goal: .ratioAtMost(1.25))
    } + [
      Figure(
        of: .idle, name: "10000 browsers, pings included", unit: "% of a core", values: [.relay: load],
        goal: .valueAtMost(1))
    ]
  }
}
