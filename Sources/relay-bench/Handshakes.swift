/// Browsers that come one after another, 64 at a time.
enum Handshakes {
  private static let browsers = 5_000

  static func measure() async throws -> [Figure] {
    var perCPU: [Kind: Double] = [:]
    var perSecond: [Kind: Double] = [:]
    try await Subject.each([.relay, .slices], clients: browsers) { subject in
      var duration: Duration = .zero
      let time = try await subject.measure { duration = try await subject.swarm.connect(browsers) }
      perCPU[subject.kind] = Double(browsers) / time.cpu
      perSecond[subject.kind] = Double(browsers) / (duration / .seconds(1))
    }
    return [
      Figure(of: .handshakes, name: "\(browsers) browsers, 64 at a time", unit: "handshakes/CPU s", values: perCPU),
      Figure(of: .handshakes, name: "\(browsers) browsers, 64 at a time", unit: "handshakes/s", values: perSecond),
    ]
  }
}
