import FoundationEssentials
import Logging
import Storage
import Twitch
import WebSockets

/// What rooms remember beyond one run of the gateway.
extension Relay {
  /// How often it is looked what need not be kept any more.
  private static let trimInterval: Duration = .seconds(10)

  /// Takes up where the last run ended. Without what it left, everybody who comes back is told of a gap.
  func recallHistory() async {
    historyKeeper.onSettled = { numbers in
      for (stream, number) in numbers { self.rooms[stream]?.settleHistory(through: number) }
    }
    let left = historyKeeper.open()
    await historyKeeper.flush()
    do {
      past = try await store.history.past(of: HistoryKeeper.seenFor)
    } catch {
      logger.error("The history cannot be read; it begins anew", metadata: ["error": "\(error)"])
    }
    past.take(left)
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
      retention: retention, now: now.milliseconds
    ) { number in GapMessage(stream: stream, time: now).entry(at: Cursor(stream, number)) }
    return Room(
      stream: stream, history: history, retention: retention, keeper: historyKeeper, metrics: metrics)
  }

  /// What an account has said lately, as far as it is remembered: Twitch counts that also when this program was restarted since.
  func budget(of user: TwitchUserID) -> SendBudget {
    var budget = formerBudgets.removeValue(forKey: user) ?? SendBudget()
    let (now, time) = (ContinuousClock.now, Timestamp(.now).milliseconds)
    let sent = past.sent.values.filter { $0.name.sender == user.rawValue && $0.counts }
    for line in sent {
      // Where Twitch was not heard of the line again, it may have got there at any time until the end.
      let name = line.messageID.isEmpty ? "\(line.name.run)-\(line.name.number)" : line.messageID
      budget.saw(MessageID(name), in: TwitchUserID(line.channel), at: now - .milliseconds(max(0, time - line.time)))
    }
    for entry in past.latest where entry.author == Author(user) {
      guard let channel = directory.accounts[entry.account]?.identity.networkUserID else { continue }
      let age = Duration.milliseconds(max(0, time - entry.time))
      budget.saw(MessageID(entry.messageID), in: TwitchUserID(channel), at: now - age)
    }
    return budget
  }

  /// Remembers beyond this run that an account sent a line, or what became of it.
  func remember(
    _ ticket: SendBudget.Ticket, of sender: TwitchUserID, in channel: TwitchUserID, as id: MessageID?, counts: Bool
  ) {
    let name = SentLine.Name(sender: sender.rawValue, run: run, number: ticket)
    historyKeeper.note(
      SentLine(
        name: name, channel: channel.rawValue, time: Timestamp(.now).milliseconds, messageID: id?.rawValue ?? "",
        counts: counts))
  }

  /// Forgets, again and again, what need not be kept any more.
  func keepTrimmingHistory() async {
    repeat { await trimHistory() } while (try? await loop.sleep(for: Self.trimInterval)) != nil
  }

  /// Forgets what need not be kept any more.
  func trimHistory() async {
    for room in rooms.values { room.forgetOldRemovals() }
    do {
      try await store.history.trim(
        to: retention, streams: Set(directory.streams.keys), seenFor: HistoryKeeper.seenFor,
        sentFor: HistoryKeeper.sentFor, now: Timestamp(.now).milliseconds)
    } catch {
      logger.debug("The history was not trimmed", metadata: ["error": "\(error)"])
    }
  }

  /// How much of each room's history is kept.
  var retention: HistoryRetention {
    HistoryRetention(messages: configuration.historyMessages, minutes: configuration.historyMinutes)
  }
}
