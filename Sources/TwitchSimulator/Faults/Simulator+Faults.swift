/// Asking for faults and setting switches.
extension Simulator {
  /// Changes switches.
  public func setBehavior(_ change: @Sendable (inout Behavior) -> Void) { change(&behavior) }

  /// Makes the next matching calls go wrong.
  public func add(_ fault: CallFault) { faults.add(fault) }

  /// Makes the next matching notifications go wrong.
  public func add(_ fault: DeliveryFault) { faults.add(fault) }

  /// Makes the next assignments of a shard fail inside an otherwise successful PATCH.
  public func failShard(_ shard: String, times: Int = 1) { faults.failShard(shard, times: max(1, times)) }

  /// Forgets all faults that have not happened yet.
  public func removeFaults() {
    faults.removeAll()
    deliverHeld()
  }

  /// Empties the rate-limit buckets; points come back over a minute.
  public func drainRateLimits() { limits.drain(clients.keys, at: deadlines.wall) }

  /// Moves the simulator's clock forward; everything that falls due happens at once.
  public func advanceClock(by seconds: Double) throws(SimulatorError) {
    guard seconds >= 0 else { throw .invalid("the clock only goes forward; skew it instead") }
    deadlines.advance(by: seconds)
    record("clock.advanced", ["seconds": String(seconds)])
  }

  /// Stops the clock for good: from then on it goes only where it is moved.
  public func stopClock() { deadlines.stop() }

  /// Makes the timestamps that clients see wrong by so many seconds.
  public func skewClock(by seconds: Double) { deadlines.skew(by: seconds) }
}
