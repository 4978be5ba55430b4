import Twitch

/// How long a channel wants people to wait between their lines: asked for while an account that has to writes there, and never
/// waited for.
final class SlowMode {
  /// How long what Twitch said is believed.
  private static let age: Duration = .seconds(60)

  /// The wait; zero when there is none, or as long as nobody knows.
  private(set) var wait: Duration = .zero

  private let channel: TwitchUserID
  private let helix: Helix
  private var askedAt: ContinuousClock.Instant?

  init(of channel: TwitchUserID, _ helix: Helix) {
    self.channel = channel
    self.helix = helix
  }

  /// Asks once more at the next opportunity: what Twitch said before may not hold any more.
  func doubt() {
    askedAt = nil
  }

  /// Asks when the answer matters and is old.
  func look(for role: Sender.Role, at now: ContinuousClock.Instant, on owner: isolated any Actor) {
    guard role != .privileged, askedAt.map({ now - $0 > Self.age }) ?? true else { return }
    askedAt = now
    Task { await self.ask(on: owner) }
  }

  private func ask(on owner: isolated any Actor) async {
    // Without an answer things stay as they are: Twitch says so itself when a line comes too early.
    guard let settings = try? await helix.chatSettings(of: channel) else { return }
    wait = settings.slowModeWait ?? .zero
  }
}
