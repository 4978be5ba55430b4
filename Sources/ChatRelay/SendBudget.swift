import Twitch

/// When an account may speak again, by Twitch's limits for chat (FACTS 9.4), kept before Twitch enforces them: beyond them it ignores
/// the account for an hour.
///
/// Twitch counts when a line arrives there, which is somewhere between its leaving here and its answer. So a line on its way counts
/// as of now, and one that was answered for as of its answer: never too early.
struct SendBudget {
  /// Names a line that was counted.
  typealias Ticket = Int

  /// Twitch counts 30 s at its own clock; the second more is for lines that take longer on their way than the next ones.
  private static let window: Duration = .seconds(31)
  private static let ordinary = 20
  private static let privileged = 100
  /// One a second in a channel where the account is nobody in particular, and a little for the way there.
  private static let pause: Duration = .milliseconds(1100)
  /// How far beyond a channel's slow mode to stay, for the same reason.
  private static let slowModeMargin: Duration = .milliseconds(300)
  /// The longest slow mode that a channel can have, and some more.
  private static let memory: Duration = .seconds(300)
  /// How long the account is silent after Twitch said that it is too fast; doubled each time in a row, up to the longest.
  private static let firstSilence = window
  private static let longestSilence: Duration = .seconds(600)

  private struct Line {
    var ticket: Ticket
    /// When Twitch had it at the latest; `nil` while it is on its way.
    var arrivedAt: ContinuousClock.Instant?
    var id: MessageID?
    /// For one that left here: when and whereto, and when the one before it did.
    var departure: (time: ContinuousClock.Instant, channel: TwitchUserID, former: ContinuousClock.Instant?)?
  }

  /// The account's latest lines, in whichever channel, from here or from elsewhere.
  private var lines: [Line] = []
  private var lastIn: [TwitchUserID: ContinuousClock.Instant] = [:]
  private var count = 0
  private var silence = Self.firstSilence
  private var silentUntil: ContinuousClock.Instant?

  /// The first moment at which a line may leave, as far as one can tell now.
  ///
  /// - Parameter slowMode: How long the channel wants people to wait between their lines.
  func earliest(
    in channel: TwitchUserID, isPrivileged: Bool, slowMode: Duration = .zero, at now: ContinuousClock.Instant
  ) -> ContinuousClock.Instant {
    let limit = isPrivileged ? Self.privileged : Self.ordinary
    var earliest = now
    if lines.count >= limit {
      let times = lines.map { $0.arrivedAt ?? now }.sorted()
      earliest = max(earliest, times[times.count - limit] + Self.window)
    }
    if isPrivileged { return earliest }
    if let last = lastIn[channel] {
      let slow = slowMode > .zero ? slowMode + Self.slowModeMargin : .zero
      earliest = max(earliest, last + max(Self.pause, slow))
    }
    if let silentUntil { earliest = max(earliest, silentUntil) }
    return earliest
  }

  /// Notes that a line leaves.
  mutating func spend(in channel: TwitchUserID, at now: ContinuousClock.Instant) -> Ticket {
    forget(at: now)
    count += 1
    lines.append(Line(ticket: count, departure: (now, channel, lastIn[channel])))
    lastIn[channel] = now
    return count
  }

  /// Notes that Twitch answered for a line, or that no answer is waited for any more: it arrived no later.
  ///
  /// - Parameters:
  ///   - id: What Twitch calls it, when it was posted.
  ///   - isPrivileged: Whether the account is, or may be, more than nobody in the channel: that it is heard there says nothing of the rest.
  mutating func arrived(
    _ ticket: Ticket, as id: MessageID?, in channel: TwitchUserID, isPrivileged: Bool, at now: ContinuousClock.Instant
  ) {
    // Its echo may have been faster, and was counted for somebody else's.
    if let id { lines.removeAll { $0.id == id && $0.ticket != ticket } }
    if let place = lines.firstIndex(where: { $0.ticket == ticket }) {
      lines[place].arrivedAt = now
      lines[place].id = id
      if id != nil, !isPrivileged, let departure = lines[place].departure { wasHeard(saying: departure.time) }
    }
    lastIn[channel] = now
  }

  /// What left before the silence was over, and was posted nevertheless, is no sign that Twitch has forgiven.
  private mutating func wasHeard(saying departure: ContinuousClock.Instant) {
    guard let end = silentUntil, departure >= end else { return }
    silence = Self.firstSilence
    silentUntil = nil
  }

  /// Nobody will tell any more what becomes of the lines that are on their way: from now on they count as if they had arrived.
  mutating func settle(at now: ContinuousClock.Instant) {
    for place in lines.indices where lines[place].arrivedAt == nil { lines[place].arrivedAt = now }
  }

  /// Notes that a line did not get as far as to the chat after all.
  mutating func refund(_ ticket: Ticket) {
    guard let place = lines.firstIndex(where: { $0.ticket == ticket }) else { return }
    guard let (time, channel, former) = lines.remove(at: place).departure, lastIn[channel] == time else { return }
    lastIn[channel] = former
  }

  /// Notes a line of the account's that was seen in a chat: it counts wherever it was written, and once.
  mutating func saw(_ id: MessageID, in channel: TwitchUserID, at now: ContinuousClock.Instant) {
    guard !lines.contains(where: { $0.id == id }) else { return }
    forget(at: now)
    count += 1
    lines.append(Line(ticket: count, arrivedAt: now, id: id))
    // What an earlier run sent is told in any order.
    lastIn[channel] = max(lastIn[channel] ?? now, now)
  }

  /// Twitch declined a line because the account is too fast: more of the same would make it worse.
  mutating func exceeded(at now: ContinuousClock.Instant) {
    silentUntil = now + silence
    silence = min(silence * 2, Self.longestSilence)
  }

  private mutating func forget(at now: ContinuousClock.Instant) {
    lines.removeAll { $0.arrivedAt.map { $0 + Self.window <= now } ?? false }
    // Most lines are in few channels; there is nothing to forget.
    if lastIn.count > 100 { lastIn = lastIn.filter { $0.value + Self.memory > now } }
  }
}
