/// Two thousand rooms with five browsers each; every message goes to the next room.
enum Rooms {
  private static let rooms = 2_000
  private static let browsers = 10_000

  static func measure() async throws -> [Figure] {
    var perCPU: [Kind: Double] = [:]
    var perSecond: [Kind: Double] = [:]
    try await Subject.each(channels: rooms) { subject in
      try await subject.swarm.connect(browsers)
      try await subject.rest()
      subject.swarm.reset()
      let time = try await subject.measure {
        let end = Swarm.now + 3_000_000_000
        var sent = 0
        while Swarm.now < end {
          await subject.pour(100)
          sent += 100
          try await until("messages have arrived", within: 10) {
            subject.swarm.messages >= (sent - 100) * browsers / rooms
          }
        }
        try await until("all have arrived", within: 10) { subject.swarm.messages >= sent * browsers / rooms }
      }
      perCPU[subject.kind] = Double(subject.swarm.messages) / time.cpu
      perSecond[subject.kind] = Double(subject.swarm.messages) / time.wall
    }
    return [
      Figure(of: .rooms, name: "\(rooms) rooms of 5 browsers", unit: "deliveries/CPU s", values: perCPU),
      Figure(of: .rooms, name: "\(rooms) rooms of 5 browsers", unit: "deliveries/s", values: perSecond),
    ]
  }
}
