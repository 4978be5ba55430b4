import Twitch

/// Which channels are live, and how many watch: what events say, corrected by what Get Streams says.
///
/// Get Streams lags behind the events by minutes, both ways (FACTS 10), so it does not overrule a recent event.
struct LiveStates {
  /// One live broadcast as Get Streams lists it.
  struct Broadcast: Equatable {
    var startedAt: Timestamp?
    var viewers: Int
    var title: ChannelTitle
  }

  fileprivate struct Channel {
    var isLive = false
    /// When an event last said that it is live, or is not.
    var event: ContinuousClock.Instant?
    /// When it ended by Twitch's clock; until it is live again.
    var endedAt: Timestamp?
    /// How many looks in a row did not find a channel that is thought to be live.
    var absences = 0
    var viewers: Int?
    var title: ChannelTitle?
    /// When Get Streams was last asked about it.
    var look: ContinuousClock.Instant?
  }

  /// What changed at a look.
  struct Change: Equatable {
    var liveChanged = false
    var viewersChanged = false
  }

  /// How long Get Streams may disagree with an event.
  static let lag: Duration = .seconds(300)

  private var channels: [TwitchUserID: Channel] = [:]

  func isLive(_ channel: TwitchUserID) -> Bool { channels[channel]?.isLive ?? false }

  /// How many watch a live channel; `nil` when it is not live or nobody knows yet.
  func viewers(of channel: TwitchUserID) -> Int? {
    channels[channel].flatMap { $0.isLive ? $0.viewers : nil }
  }

  func title(of channel: TwitchUserID) -> ChannelTitle? { channels[channel]?.title }

  /// Whether Get Streams was not asked about a channel for so long, or has not been since it went live.
  func isStale(_ channel: TwitchUserID, at now: ContinuousClock.Instant, after age: Duration) -> Bool {
    guard let state = channels[channel], let look = state.look else { return true }
    return state.isLive && state.viewers == nil || now - look > age
  }

  /// - Parameter time: When Twitch said so, by its clock: what comes late may be of the broadcast that has ended since.
  mutating func wentLive(_ channel: TwitchUserID, time: Timestamp, at now: ContinuousClock.Instant) {
    if let endedAt = channels[channel]?.endedAt, time <= endedAt { return }
    channels[channel, default: Channel()].turn(live: true)
    channels[channel]?.event = now
  }

  /// - Parameter time: When it ended by Twitch's clock.
  mutating func wentOffline(_ channel: TwitchUserID, time: Timestamp, at now: ContinuousClock.Instant) {
    channels[channel, default: Channel()].turn(live: false)
    channels[channel]?.event = now
    channels[channel]?.endedAt = time
  }

  mutating func retitle(_ channel: TwitchUserID, _ title: ChannelTitle) {
    channels[channel, default: Channel()].title = title
  }

  /// Takes in what Get Streams says about a channel: its broadcast, or nothing when it lists none.
  mutating func look(
    at channel: TwitchUserID, found broadcast: Broadcast?, at now: ContinuousClock.Instant
  ) -> Change {
    var state = channels[channel] ?? Channel()
    let before = state
    state.look = now
    let isRecent = state.event.map { now - $0 < Self.lag } ?? false
    if let broadcast {
      state.absences = 0
      state.title = broadcast.title
      if !state.isOver(broadcast, isRecent: isRecent) { state.turn(live: true) }
      if state.isLive { state.viewers = broadcast.viewers }
    } else if state.isLive, !isRecent {
      state.absences += 1
      // One look can miss a broadcast that goes on.
      if state.absences >= 3 { state.turn(live: false) }
    }
    channels[channel] = state
    return Change(
      liveChanged: state.isLive != before.isLive,
      viewersChanged: state.isLive && state.viewers != before.viewers)
  }

  /// Forgets the channels that nobody wants any more.
  mutating func keep(_ wanted: Set<TwitchUserID>) {
    channels = channels.filter { wanted.contains($0.key) }
  }
}

extension LiveStates.Channel {
  fileprivate mutating func turn(live: Bool) {
    absences = 0
    guard isLive != live else { return }
    isLive = live
    viewers = nil
    endedAt = nil
  }

  /// Whether a broadcast is the one that just ended, which is listed for a while yet.
  fileprivate func isOver(_ broadcast: LiveStates.Broadcast, isRecent: Bool) -> Bool {
    guard !isLive, let endedAt else { return false }
    return broadcast.startedAt.map { $0 <= endedAt } ?? isRecent
  }
}
