import Foundation

/// Ten thousand browsers that come back at once, each after having missed a hundred messages.
enum Resumptions {
  private static let browsers = 10_000
  private static let missed = 100

  static func measure() async throws -> [Figure] {
    var seconds: [Kind: Double] = [:]
    var perCPU: [Kind: Double] = [:]
    try await Subject.each([.relay, .slices], clients: browsers) { subject in
      let cursor = subject.payloads.last.flatMap { text in
        (try? JSONDecoder().decode(Line.self, from: Data(text)))?.cursor
      }
      subject.resume(from: cursor ?? "")
      await subject.pour(missed)
      try await subject.rest()
      let start = Swarm.now
      let time = try await subject.measure {
        try await subject.swarm.connect(browsers, atATime: 1_000)
        try await until("all have what they missed", within: 60) { subject.swarm.messages >= browsers * missed }
      }
      seconds[subject.kind] = Double(Swarm.now - start) / 1e9
      perCPU[subject.kind] = Double(browsers * missed) / time.cpu
    }
    return [
      Figure(of: .resumption, name: "\(browsers) browsers, \(missed) messages each", unit: "s", values: seconds),
      Figure(
        of: .resumption, name: "\(browsers) browsers, \(missed) messages each", unit: "messages/CPU s", values: perCPU),
    ]
  }

  private struct Line: Decodable { var cursor: String }
}
