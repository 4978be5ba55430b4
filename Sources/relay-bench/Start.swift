import CRelayBench
import HTTPTypes
import Logging
import WebSockets

/// From `exec` to the first answer at `/healthz`, and to `/readyz` with 1,000 channels whose subscriptions exist.
enum Start {
  private static let channels = 1_000
  private static let tries = 5

  static func measure() async throws -> [Figure] {
    let premises = try await Premises(channels: channels)
    // The data folder is not new any more when it counts.
    let first = try ServerProcess("chat-relay", ["serve", "--json"], premises.settings)
    try await premises.settle()
    first.finish()
    let caller = try Caller()
    var (healthy, ready): ([Double], [Double]) = ([], [])
    for _ in 0..<tries {
      let port = Int(bench_free_port())
      let start = Swarm.now
      let process = try ServerProcess(
        "chat-relay", ["serve", "--json"], premises.settings.merging(["CHAT_RELAY_PORT": "\(port)"]) { $1 }, port: port)
      // A look a millisecond is next to no load beside what is measured.
      let pause = Duration.milliseconds(1)
      try await until("it answers", within: 20, every: pause) {
        await caller.isWell("http://127.0.0.1:\(port)/healthz")
      }
      healthy.append(Double(Swarm.now - start) / 1e6)
      try await until("it is ready", within: 20, every: pause) {
        await caller.isWell("http://127.0.0.1:\(port)/readyz")
      }
      ready.append(Double(Swarm.now - start) / 1e6)
      process.finish()
    }
    await caller.end()
    await premises.end()
    return [
      Figure(
        of: .start, name: "to /healthz, median of \(tries)", unit: "ms", values: [.relay: median(healthy)],
        goal: .valueAtMost(150)),
      Figure(
        of: .start, name: "to /readyz with \(channels) channels", unit: "ms", values: [.relay: median(ready)]),
    ]
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

/// Asks for pages.
private actor Caller {
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
  private let loop: EventLoop

  init() throws {
    loop = try EventLoop(logger: Logger(label: "caller") { _ in SwiftLogNoOpLogHandler() })
  }

  func isWell(_ url: String) async -> Bool {
    (try? await HTTPClient(on: loop).send(.get, url))?.status == .ok
  }

  func end() async { await loop.stop() }
}
