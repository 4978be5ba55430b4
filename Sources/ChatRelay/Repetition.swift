/// What was last said in a channel, since Twitch declines the same once more within 30 seconds (FACTS 9.4).
///
/// Only what is known to be there counts: a line whose outcome is unknown forbids no other.
struct Repetition {
  /// Twitch's own code and words for it.
  static let code = "msg_duplicate"
  static let message =
    "Your message was not sent because it is identical to the previous one you sent, less than 30 seconds ago."

  private static let window: Duration = .seconds(30)

  private var last: (text: String, replyTo: String?, at: ContinuousClock.Instant)?

  /// A line was posted.
  mutating func note(_ draft: Draft, at now: ContinuousClock.Instant) {
    last = (draft.wireText, draft.replyTo, now)
  }

  /// What was last said is not known any more.
  mutating func forget() {
    last = nil
  }

  /// Whether Twitch would decline a line.
  func isRepeated(_ draft: Draft, at now: ContinuousClock.Instant) -> Bool {
    guard let last, now - last.at < Self.window else { return false }
    return last.text == draft.wireText && last.replyTo == draft.replyTo
  }
}
