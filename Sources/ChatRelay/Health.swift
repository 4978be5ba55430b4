import Storage
import Twitch

/// What keeps the gateway from doing all that it is there for, as people are told.
enum Health {
  /// What is wrong, in words that stay the same (docs/protocol.md says them to client authors).
  enum Code: String, CaseIterable {
    /// Twitch's API does not answer.
    case twitchUnreachable = "twitch_unreachable"
    /// Twitch does not deliver to every shard.
    case shardsLost = "shards_lost"
    /// There are as many conduits as Twitch allows, and none of them is ours.
    case conduitLimit = "conduit_limit"
    /// Not everything that was asked for is subscribed to.
    case subscriptionsMissing = "subscriptions_missing"
    /// An account's owner must link it again.
    case relinkNeeded = "relink_needed"
    /// What is said cannot be stored.
    case historyDegraded = "history_degraded"
    /// Our clock is not Twitch's.
    case clockWrong = "clock_wrong"
    /// Newcomers are turned away: all file descriptors are in use.
    case connectionsRefused = "connections_refused"

    /// How long it has to last before people are told unasked, and to be over before they are told that.
    ///
    /// The original page forgets the account that the person had picked at every `status`, and most of what goes wrong with
    /// connections is put right within two seconds.
    var patience: Duration {
      switch self {
      case .relinkNeeded: .zero
      case .subscriptionsMissing: .seconds(10)
      default: .seconds(3)
      }
    }
  }

  /// What it is that has the problem.
  enum Subject: Hashable {
    case gateway
    case account(AccountID)
  }

  /// Tells problems apart.
  struct Key: Hashable {
    var code: Code
    var subject = Subject.gateway
  }

  /// How bad it is.
  enum State: String {
    case ok
    /// Something may be missing.
    case degraded
    /// Nothing comes from Twitch.
    case down
  }

  /// How a problem stands at the moment.
  struct Condition: Equatable {
    /// A sentence for people.
    var message: String
    var state = State.degraded
  }

  /// A problem as people are told of it. The words may change meanwhile without being worth another message.
  struct Problem: Equatable {
    var key: Key
    var condition: Condition
    /// When it began.
    var since: Timestamp

    static func == (one: Problem, other: Problem) -> Bool {
      one.key == other.key && one.since == other.since && one.condition.state == other.condition.state
    }
  }
}

extension [Health.Problem] {
  /// As bad as the worst of them.
  var state: Health.State {
    if contains(where: { $0.condition.state == .down }) { return .down }
    return isEmpty ? .ok : .degraded
  }
}
