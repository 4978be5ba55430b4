/// One room with more and more browsers, and messages as fast as they get through: bursts of eight, two of them under way.
enum FanOut {
  static let burst = 8
  private static let crowds = [100, 1_000, 5_000, 10_000]

  static func measure() async throws -> [Figure] {
    var perCPU: [Int: [Kind: Double]] = [:]
    var perSecond: [Int: [Kind: Double]] = [:]
    try await Subject.each { subject in
      for crowd in crowds {
        try await subject.swarm.connect(crowd)
        try await subject.rest()
        _ = try await deliver(subject, for: 0.3)
        let (deliveries, time) = try await deliver(subject, for: 2)
        perCPU[crowd, default: [:]][subject.kind] = deliveries / time.cpu
        perSecond[crowd, default: [:]][subject.kind] = deliveries / time.wall
      }
    }
    let costs = Dictionary(
      uniqueKeysWithValues: Kind.allCases.map { kind in
        (kind, (perCPU[1_000]?[kind] ?? 0) / (perCPU[10_000]?[kind] ?? 1))
      })
    return crowds.flatMap { crowd in
      [
        Figure(
          of: .fanOut, name: "to \(crowd) browsers", unit: "deliveries/CPU s", values: perCPU[crowd] ?? [:],
          goal: .ratio(atLeast: 0.9)),
        Figure(of: .fanOut, name: "to \(crowd) browsers", unit: "deliveries/s", values: perSecond[crowd] ?? [:]),
      ]
    } + [
      Figure(
        of: .fanOut, name: "cost at 10,000 by cost at 1,000", unit: "", values: costs, goal: .valueAtMost(1.3))
    ]
  }

  /// Sends bursts for so many seconds; gives how many deliveries that were, and how long they took.
  private static func deliver(
    _ subject: Subject, for seconds: Double
  ) async throws -> (deliveries: Double, time: (cpu: Double, wall: Double)) {
    let swarm = subject.swarm
    swarm.reset()
    let time = try await subject.measure {
      let end = Swarm.now + Int64(seconds * 1e9)
      var sent = 0
      while Swarm.now < end {
        await subject.pour(burst)
        sent += burst
        try await until("a burst has arrived", within: 10) { swarm.complete >= sent - burst }
      }
      try await until("all have arrived", within: 10) { swarm.complete >= sent }
    }
    return (Double(swarm.messages), time)
  }
}
