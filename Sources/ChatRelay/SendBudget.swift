import Twitch

/// When an account may speak again, by Twitch's limits for chat (FACTS 9.4), kept before Twitch enforces them: beyond them it ignores
/// the account for an hour.
struct SendBudget {
  /// Twitch counts 30 s at its own clock; the second more is for lines that take longer on their way than the next ones.
  private static let window: Duration = .seconds(31)
  private static let ordinary = 20
  private static let privileged = 100
  /// One a second in a channel where the account is nobody in particular, and a little for the way there.
  private static let pause: Duration = .milliseconds(1100)

  /// When the account's latest lines left, in whichever channel, oldest first.
  private var recent: [ContinuousClock.Instant] = []
  private var lastIn: [TwitchUserID: ContinuousClock.Instant] = [:]

  /// The first moment at which a line may leave.
  func earliest(
    in channel: TwitchUserID, isPrivileged: Bool, at now: ContinuousClock.Instant
  ) -> ContinuousClock.Instant {
    let limit = isPrivileged ? Self.privileged : Self.ordinary
    var earliest = now
    if recent.count >= limit { earliest = max(earliest, recent[recent.count - limit] + Self.window) }
    if !isPrivileged, let last = lastIn[channel] { earliest = max(earliest, last + Self.pause) }
    return earliest
  }

  /// Notes that a line leaves.
  mutating func spend(in channel: TwitchUserID, at now: ContinuousClock.Instant) {
    recent.append(now)
    recent.removeFirst(recent.prefix { $0 + Self.window <= now }.count)
    lastIn = lastIn.filter { $0.value + Self.window > now }
    lastIn[channel] = now
  }

  /// Notes that Twitch answered for the line: it arrived no later, so the next one is counted from here.
  mutating func arrived(in channel: TwitchUserID, at now: ContinuousClock.Instant) {
    lastIn[channel] = now
  }
}
