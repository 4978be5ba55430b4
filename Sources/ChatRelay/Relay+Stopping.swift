import Logging
import Storage
import Twitch
import WebSockets

/// The end, and what a start has to make sure of.
extension Relay {
  /// Ends in good order: nobody new gets in, lines in flight are finished, everybody is told to come back later.
  ///
  /// To be called once, from outside of the relay. The store stays open.
  public nonisolated func stop() async {
    await close()
    await loop.stop()
  }

  /// Gets the application's token, and throws only what no waiting heals.
  func checkApplication() async throws(OAuthError) {
    do throws(OAuthError) {
      _ = try await appToken.current()
    } catch {
      guard error.isTemporary else { throw error }
      logger.warning("Starting without Twitch for now", metadata: ["reason": .string(error.description)])
    }
  }

  private func close() async {
    isStopping = true
    server?.stopAccepting()
    for writer in writers.values { writer.stop() }
    await wait(for: .seconds(5)) { self.writers.values.allSatisfy(\.isIdle) }
    for writer in writers.values { writer.giveUp() }
    for connection in rooms.values.flatMap(\.connections) { connection.close(.serviceRestart, "the gateway restarts") }
    for task in tasks { task.cancel() }
    await pool.stop()
    await wait(for: .seconds(2)) { !self.rooms.values.contains(where: \.isWatched) }
    // What was said last, to Twitch too, leaves with the loop's next turns.
    try? await loop.sleep(for: .milliseconds(50))
    await historyKeeper.close(by: .now + .seconds(2))
    server?.stop()
    // The handlers hold the relay as long as they exist.
    server = nil
    pool.onNotification = { _ in }
    pool.onGap = { _ in }
    pool.onRevocation = { _ in }
    pool.onConduit = { _ in }
    pool.onChange = {}
    healthTimer = nil
  }

  /// Waits until something is over, but not for ever.
  private func wait(for limit: Duration, until isOver: () -> Bool) async {
    let deadline = ContinuousClock.now + limit
    while !isOver(), .now < deadline { try? await loop.sleep(for: .milliseconds(20)) }
  }
}
