import CRelayBench

/// Many WebSocket clients on a thread of their own, in C, so that they cost next to nothing; they count chat messages.
struct Swarm {
  private let number: Int32

  /// Starts one with room for so many clients.
  init(capacity: Int) {
    number = bench_swarm_start(Int32(capacity))
  }

  /// Ends all clients and the thread.
  func stop() { bench_swarm_stop(number) }

  /// Says where clients connect to; each takes the next stream.
  func aim(at port: Int, streams: Int = 1, query: String) {
    unsafe bench_swarm_aim(number, Int32(port), 1, Int32(streams), "?" + query)
  }

  /// Connects until there are so many, and waits for them. The time is that from the first one's beginning to the last one's answer.
  @discardableResult
  func connect(_ count: Int, atATime: Int = 64) async throws -> Duration {
    bench_swarm_connect(number, Int32(count), Int32(atATime))
    try await until("\(count) clients have come", within: 60) { opened + lost >= count }
    // One in a thousand may get lost where the machine has much else to do.
    guard lost * 1_000 <= count else { throw BenchmarkError("\(lost) of \(count) clients were lost") }
    return .nanoseconds(bench_swarm_opened_at(number) - bench_swarm_began_at(number))
  }

  /// Disconnects all clients.
  func disconnect() { bench_swarm_close(number) }

  /// Counts messages from zero. Only while none come.
  func reset() { bench_swarm_reset(number) }

  var opened: Int { Int(bench_swarm_opened(number)) }
  /// How many connections ended that should not have.
  var lost: Int { Int(bench_swarm_lost(number)) }
  /// The messages of all clients together, and their bytes with headers.
  var messages: Int { Int(bench_swarm_messages(number)) }
  var bytes: Int { Int(bench_swarm_bytes(number)) }
  /// How many messages every client has.
  var complete: Int { Int(bench_swarm_complete(number)) }

  /// When the last client had the last byte of a message, on the clock of `now`.
  func completed(_ index: Int) -> Int64? {
    let time = bench_swarm_completed_at(number, Int32(index))
    return time < 0 ? nil : time
  }

  /// The time that `completed` is on, in nanoseconds.
  static var now: Int64 { bench_now() }
}

/// Looks again and again until something is true.
func until(
  _ what: String, within seconds: Double, every pause: Duration = .microseconds(100), _ isTrue: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while try await !isTrue() {
    guard .now < deadline else { throw BenchmarkError("not within \(seconds) s: \(what)") }
    try await Task.sleep(for: pause)
  }
}

/// Why there is no figure.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
