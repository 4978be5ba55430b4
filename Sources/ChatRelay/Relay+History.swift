import FoundationEssentials
import Logging
import Storage
import Twitch
import WebSockets

/// What rooms remember beyond one run of the gateway.
extension Relay {
  /// How often it is looked what need not be kept any more.
  private static let trimInterval: Duration = .seconds(60)

  /// Takes up where the last run ended. Without what it left, everybody who comes back is told of a gap.
  func recallHistory() async {
    historyKeeper.onSettled = { numbers in
      for (stream, number) in numbers { self.rooms[stream]?.settleHistory(through: number) }
    }
    do {
      past = try await store.history.past(since: Timestamp(.now).milliseconds - HistoryKeeper.seenFor)
    } catch {
      logger.error("The history cannot be read; it begins anew", metadata: ["error": "\(error)"])
    }
    if let place = await store.history.damaged {
      logger.error("The history was damaged and begins anew", metadata: ["the old one": "\(place)"])
    }
    pool.remember(seen: past.seenKeys)
    past.seenKeys = []
  }

  /// Makes the running side of a stream, with what is known from earlier runs.
  func makeRoom(for stream: StreamID) -> Room {
    let now = Timestamp(.now)
    let history = History(
      after: past.heads.removeValue(forKey: stream), moderation: past.moderation.removeValue(forKey: stream) ?? [],
      now: now.milliseconds
    ) { number in GapMessage(stream: stream, time: now).entry(at: Cursor(stream, number)) }
    return Room(stream: stream, history: history, keeper: historyKeeper, metrics: metrics)
  }

  /// Forgets, again and again, what need not be kept any more.
  func trimHistory() async {
    repeat {
      for room in rooms.values { room.forgetOldRemovals() }
      let retention = HistoryRetention(messages: configuration.historyMessages, minutes: configuration.historyMinutes)
      do {
        try await store.history.trim(
          to: retention, streams: Set(directory.streams.keys), seenFor: HistoryKeeper.seenFor,
          now: Timestamp(.now).milliseconds)
      } catch {
        logger.debug("The history was not trimmed", metadata: ["error": "\(error)"])
      }
    } while (try? await loop.sleep(for: Self.trimInterval)) != nil
  }
}
