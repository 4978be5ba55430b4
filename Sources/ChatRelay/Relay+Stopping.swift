import HTTPTypes
import Logging
import Storage
import Twitch
import WebSockets

/// The end.
extension Relay {
  /// How far the end of a gateway has come.
  enum Stage {
    case serving
    /// Nobody new gets in; what Twitch delivers is still taken in.
    case leaving
    /// What comes now would be lost, so that nothing is accepted.
    case closed
  }

  /// Whether the gateway is about to end.
  var isStopping: Bool { stage != .serving }

  /// What is answered to whoever comes while the gateway ends.
  static var comeBackLater: Response {
    var response = Response.text("The gateway restarts.\n", status: .serviceUnavailable)
    response.headers[.retryAfter] = "2"
    return response
  }

  /// Ends in good order: nobody new gets in, lines on their way are finished, everybody is told when to come back, and
  /// what has to last is stored. Returns within `limit`, whatever hangs.
  ///
  /// To be called once, from outside of the relay. The store stays open.
  public nonisolated func stop(within limit: Duration = .seconds(8)) async {
    await close(within: limit)
    await loop.stop()
  }

  /// Each part of the end has its share of the time, so that one that hangs costs the others nothing.
  private func close(within limit: Duration) async {
    let begin = ContinuousClock.now
    stage = .leaving
    await finishLines(queuedUntil: begin + limit * 0.3, until: begin + limit * 0.6)
    sayGoodbye(to: rooms.values.flatMap(\.connections))
    // Those who answer do so at once, and come back soon: whoever is deaf is not waited for.
    await wait(until: min(.now + .seconds(1), begin + limit * 0.75)) {
      !self.rooms.values.contains(where: \.isWatched)
    }
    for task in tasks { task.cancel() }
    // Only now, so that what Twitch delivered in the meantime is there for those who come back.
    if await outcome(of: Task { await pool.stop() }, until: begin + limit * 0.85) == nil {
      logger.warning("Twitch does not say goodbye: its sockets are dropped")
    }
    stage = .closed
    let storing = Task {
      await historyKeeper.close(by: begin + limit * 0.95)
      await store.settle()
    }
    if await outcome(of: storing, until: begin + limit * 0.98) == nil {
      logger.error("Not everything could be stored in time")
    }
    server?.stop()
    // The handlers hold the relay as long as they exist.
    server = nil
    pool.onNotification = { _ in }
    pool.onGap = { _ in }
    pool.onDisorder = { _ in }
    pool.onRevocation = { _ in }
    pool.onConduit = { _ in }
    pool.onChange = {}
    healthTimer = nil
    tokenTimer = nil
  }

  /// Sends what was taken on as long as there is time, and tells whoever asked what became of the rest.
  private func finishLines(
    queuedUntil cut: ContinuousClock.Instant, until deadline: ContinuousClock.Instant
  ) async {
    await wait(until: cut) { self.writers.values.allSatisfy(\.isIdle) }
    for writer in writers.values { writer.stop() }
    await wait(until: deadline) { self.writers.values.allSatisfy(\.isIdle) }
    for writer in writers.values { writer.giveUp() }
  }

  /// Tells each connection when to come back, and closes it.
  func sayGoodbye(to connections: [Connection]) {
    for connection in connections {
      let goodbye = ReconnectMessage(toOneOf: connections.count)
      connection.send(goodbye)
      connection.close(.serviceRestart, goodbye.reason)
    }
  }

  /// Waits until something is over, but not for ever.
  private func wait(until deadline: ContinuousClock.Instant, _ isOver: () -> Bool) async {
    while !isOver(), .now < deadline { try? await loop.sleep(for: .milliseconds(20)) }
  }

  /// Waits for something that may take too long; `nil` when it does. What is late goes on all the same.
  func outcome<Value: Sendable>(
    of work: Task<Value, Never>, until deadline: ContinuousClock.Instant
  ) async -> Value? {
    let patience = Task { (try? await loop.sleep(for: deadline - .now)) != nil }
    Task {
      _ = await work.value
      patience.cancel()
    }
    return await patience.value ? nil : await work.value
  }
}
