/// Browsers that are there and nobody who talks: memory for each, and CPU while every one is pinged once.
enum Idle {
  /// Longer than from one round of pings to the next.
  private static let time: Duration = .seconds(27)

  static func measure() async throws -> [Figure] {
    let crowds = [10_000, 20_000].filter { $0 < FileLimit.raise() }
    let relay = try await Subject.relay(clients: 20_000)
    let slices = try await Subject.library(.slices, like: relay.payloads, clients: 20_000)
    let subjects = [relay, slices]
    var memory: [Int: [Kind: Double]] = [:]
    var load: [Kind: Double] = [:]
    let empty = subjects.map(\.process.memory)
    for crowd in crowds {
      for (subject, empty) in zip(subjects, empty) {
        try await subject.swarm.connect(crowd)
        try await subject.rest()
        memory[crowd, default: [:]][subject.kind] = Double(subject.process.memory - empty) / Double(crowd) / 1024
      }
      if crowd == 10_000 { load = try await watch(subjects) }
    }
    for subject in subjects { await subject.end() }
    return crowds.map { crowd in
      Figure(
        of: .idle, name: "memory for each of \(crowd) browsers", unit: "KiB", values: memory[crowd] ?? [:],
        goal: .ratioAtMost(1.25))
    } + [
      Figure(
        of: .idle, name: "\(crowds.first ?? 0) browsers, pings included", unit: "% of a core", values: load,
        goal: .valueAtMost(1))
    ]
  }

  /// Both at the same time, since neither has much to do.
  private static func watch(_ subjects: [Subject]) async throws -> [Kind: Double] {
    let before = subjects.map(\.process.cpu)
    let start = Swarm.now
    try await Task.sleep(for: time)
    let seconds = Double(Swarm.now - start) / 1e9
    return Dictionary(
      uniqueKeysWithValues: zip(subjects, before).map { ($0.kind, ($0.process.cpu - $1) / seconds * 100) })
  }
}
