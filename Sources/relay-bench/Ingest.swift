/// What a notification costs by itself: with nobody watching, and with one browser.
enum Ingest {
  static func measure() async throws -> [Figure] {
    var unwatched: [Kind: Double] = [:]
    var watched: [Kind: Double] = [:]
    try await Subject.each([.relay, .slices]) { subject in
      _ = try await take(200, subject)
      unwatched[subject.kind] = try await take(1_000, subject)
      try await subject.swarm.connect(1)
      try await subject.rest()
      subject.swarm.reset()
      watched[subject.kind] = try await take(1_000, subject)
    }
    return [
      Figure(
        of: .ingest, name: "nobody watches", unit: "notifications/CPU s", values: unwatched,
        goal: .value(atLeast: 100_000)),
      Figure(of: .ingest, name: "one browser", unit: "notifications/CPU s", values: watched),
    ]
  }

  /// Sends batches of 200 and gives how many notifications the server takes in per second of its time.
  private static func take(_ batches: Int, _ subject: Subject) async throws -> Double {
    let batch = 200
    let before = try await subject.received()
    let time = try await subject.measure {
      for number in 0..<batches {
        await subject.pour(batch)
        if subject.swarm.opened > 0 {
          try await until("messages arrive", within: 10) { subject.swarm.messages >= (number - 1) * batch }
        }
      }
      // What is in the sockets' buffers is taken in before the server rests, and so is the history.
      try await subject.rest()
    }
    // Where nobody watches, nothing else shows that all of them arrived.
    let after = try await subject.received()
    return Double(before.flatMap { before in after.map { $0 - before } } ?? batches * batch) / time.cpu
  }
}
