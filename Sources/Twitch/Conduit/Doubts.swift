/// What Twitch has to be looked at for before it may be changed.
///
/// Another size of the conduit, or another session in the place of one that delivers, hides what had been wrong before. Whatever would
/// do so raises a doubt first, and waits until a look that was asked for after that has come to its end.
struct Doubts {
  /// How many were raised, which is the latest one's number.
  private var raised = 0
  /// How many of them the present look answers.
  private var lookedAt = 0
  /// Up to which number they are settled.
  private(set) var settled = 0

  /// The number that the next one will have.
  var next: Int { raised + 1 }

  /// Whether something waits for a look.
  var areOpen: Bool { settled < raised }

  mutating func raise() { raised += 1 }

  /// Twitch is looked at now.
  mutating func look() { lookedAt = raised }

  /// The look has come to its end, with whatever result. Says whether something had waited for it.
  mutating func settle() -> Bool {
    defer { settled = max(settled, lookedAt) }
    return settled < lookedAt
  }

  /// Nothing is there that could be hidden.
  mutating func settleAll() { settled = raised }
}
