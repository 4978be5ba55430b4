import WebSockets

/// Waiting for something to happen, so that nobody has to sleep.
extension Simulator {
  /// Notes that something happened, after the state has changed, and wakes those who waited for it.
  func record(_ kind: String, _ fields: [String: String]) {
    journal.append(kind, fields)
    for number in journal.satisfied() { journal.end(number, with: true) }
  }

  /// Waits until the numbers are reached.
  public func wait(for expectation: Expectation, within seconds: Double = 10) async throws(SimulatorError) {
    guard await waitUntil(seconds, { self.meets(expectation) }) else { throw .timedOut }
  }

  /// Waits for events of a kind (`chat.*` takes all of a family) after a sequence number.
  public func events(
    _ kind: String? = nil, after sequence: Int = 0, within seconds: Double = 10
  ) async throws(SimulatorError) -> [Event] {
    guard await waitUntil(seconds, { !self.journal.events(kind, after: sequence).isEmpty }) else { throw .timedOut }
    return journal.events(kind, after: sequence)
  }

  /// The sequence number of the latest event, to wait for what comes after.
  public func lastSequence() -> Int { journal.lastSequence }

  /// Sums since the start.
  public func counters() -> Counters { counts }

  func waitUntil(_ seconds: Double, _ isSatisfied: @escaping () -> Bool) async -> Bool {
    if isSatisfied() { return true }
    let number = journal.nextWaiter()
    return await withCheckedContinuation { continuation in
      let timer = loop.schedule(after: .seconds(seconds)) { self.journal.end(number, with: false) }
      journal.wait(as: number, timer: timer, continuation: continuation, isSatisfied: isSatisfied)
    }
  }

  private func meets(_ expectation: Expectation) -> Bool {
    let isExact = expectation.exactly ?? false
    func reaches(_ wanted: Int?, _ actual: () -> Int) -> Bool {
      guard let wanted else { return true }
      return isExact ? actual() == wanted : actual() >= wanted
    }
    return reaches(expectation.sockets) { sessions.count }
      && reaches(expectation.conduits) { conduitStore.count }
      && reaches(expectation.sent) { counts.sent }
      && reaches(expectation.devices) { pendingDevices().count }
      && reaches(expectation.subscriptions) { subscriptionStore.enabledCount }
      && reaches(expectation.shards) {
        conduitStore.values.reduce(0) { $0 + $1.shards.values.count(where: \.isEnabled) }
      }
  }
}
