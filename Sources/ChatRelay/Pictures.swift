import Twitch

/// The profile pictures of those who chat: asked for in batches, kept, and never waited for.
struct Pictures {
  /// Twitch takes so many ids in one call.
  static let batch = 100
  /// How many are kept; beyond that all are forgotten, which costs a few calls.
  static let limit = 50_000

  private enum Entry {
    case wanted
    case known(String?)
  }

  private var entries: [TwitchUserID: Entry] = [:]
  private var wanted: [TwitchUserID] = []

  /// Gives a picture when it is known; otherwise it will be in one of the next batches.
  mutating func picture(of user: TwitchUserID) -> String? {
    switch entries[user] {
    case .known(let url): return url
    case .wanted: return nil
    case nil:
      if entries.count >= Self.limit { self = Pictures() }
      entries[user] = .wanted
      wanted.append(user)
      return nil
    }
  }

  /// Whether somebody's picture is still to be asked for.
  var isWanting: Bool { !wanted.isEmpty }

  /// Takes out whom to ask for next.
  mutating func nextBatch() -> [TwitchUserID] {
    let batch = Array(wanted.prefix(Self.batch))
    wanted.removeFirst(batch.count)
    return batch
  }

  /// Takes in an answer; whom Twitch did not list has no picture.
  mutating func learn(_ found: [TwitchUserID: String], of batch: [TwitchUserID]) {
    for user in batch { entries[user] = .known(found[user]) }
  }

  /// No answer came: they are asked for again when they next say something.
  mutating func forget(_ batch: [TwitchUserID]) {
    for user in batch { entries[user] = nil }
  }
}
