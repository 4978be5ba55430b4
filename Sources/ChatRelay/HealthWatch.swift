import Twitch

/// Which problems there are and which of them are worth telling: a problem has to last, to be over for as long, and to be better or
/// worse for as long, so that nobody is told of what puts itself right.
///
/// Knows no clock: looks at what is the matter, and says what follows.
struct HealthWatch {
  /// What a look has found out that is worth telling.
  enum Event: Equatable {
    case began(Health.Problem)
    case ended(Health.Problem)
  }

  private struct Watched {
    /// As it is, and as people were told, if they were.
    var problem: Health.Problem
    var told: Health.Problem?
    /// Since when it is better or worse than people were told.
    var changedAt: ContinuousClock.Instant?
    /// When it was first seen.
    var begin: ContinuousClock.Instant
    /// When it was first not seen any more.
    var end: ContinuousClock.Instant?

    /// When people are to be told something, unless it changes before.
    var due: ContinuousClock.Instant? {
      let patience = problem.key.code.patience
      if let end { return end + patience }
      return told == nil ? begin + patience : changedAt.map { $0 + patience }
    }
  }

  private var watched: [Health.Key: Watched] = [:]

  /// What people are told unasked, in the order of the beginnings.
  var told: [Health.Problem] { sorted(watched.values.compactMap(\.told)) }

  /// What is the matter right now, for those who ask.
  var present: [Health.Problem] { sorted(watched.values.filter { $0.end == nil }.map(\.problem)) }

  /// When to look again even if nothing seems to have changed.
  var nextLook: ContinuousClock.Instant? { watched.values.compactMap(\.due).min() }

  /// Takes in what is the matter now. Gives what is worth telling, and which problems have changed at all.
  mutating func look(
    _ conditions: [Health.Key: Health.Condition], at now: ContinuousClock.Instant, time: Timestamp
  ) -> (events: [Event], changed: Set<Health.Key>) {
    var events: [Event] = []
    var changed: Set<Health.Key> = []
    for (key, condition) in conditions {
      var state = watched[key] ?? Watched(problem: .init(key: key, condition: condition, since: time), begin: now)
      if watched[key] == nil || state.problem.condition.state != condition.state || state.end != nil {
        changed.insert(key)
      }
      state.problem.condition = condition
      state.end = nil
      state.changedAt = state.told == nil || state.told == state.problem ? nil : state.changedAt ?? now
      if let due = state.due, due <= now {
        if state.told == nil { events.append(.began(state.problem)) }
        changed.insert(key)
        state.told = state.problem
        state.changedAt = nil
      } else {
        // The words are always the latest.
        state.told?.condition.message = condition.message
      }
      watched[key] = state
    }
    for (key, var state) in watched where conditions[key] == nil {
      if state.end == nil { changed.insert(key) }
      state.end = state.end ?? now
      watched[key] = state
      guard state.told == nil || state.due.map({ $0 <= now }) ?? true else { continue }
      watched[key] = nil
      changed.insert(key)
      if let told = state.told { events.append(.ended(told)) }
    }
    return (events, changed)
  }

  private func sorted(_ problems: [Health.Problem]) -> [Health.Problem] {
    problems.sorted { ($0.since.milliseconds, $0.key.code.rawValue) < ($1.since.milliseconds, $1.key.code.rawValue) }
  }
}
