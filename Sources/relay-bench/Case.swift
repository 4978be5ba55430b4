import ArgumentParser

/// What can be measured.
enum Case: String, CaseIterable, ExpressibleByArgument {
  case fanOut = "fan-out"
  case latency
  case rooms
  case ingest
  case idle
  case handshakes
  case resumption
  case sends
  case start

  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  func measure() async throws -> [Figure] {
    switch self {
    case .fanOut: try await FanOut.measure()
    case .latency: try await Latency.measure()
    case .rooms: try await Rooms.measure()
    case .ingest: try await Ingest.measure()
    case .idle: try await Idle.measure()
    case .handshakes: try await Handshakes.measure()
    case .resumption: try await Resumptions.measure()
    case .sends: try await Sends.measure()
    case .start: try await Start.measure()
    }
  }
}
