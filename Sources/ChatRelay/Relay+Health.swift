import FoundationEssentials
import Logging
import Storage
import Twitch
import WebSockets

/// What is wrong, and who is told.
extension Relay {
  /// How often to look even though nothing was heard of a change: not everything that goes wrong says so.
  private static let healthInterval: Duration = .seconds(5)
  /// Several calls in a row that came to nothing are no accident; two may be lines of chat.
  private static let failuresToBelieve = 3
  /// How far our clock may be from Twitch's, in seconds, before it shows.
  private static let clockTolerance = 60.0
  /// How long after somebody was turned away the gateway counts as full: longer than it takes to be noticed and told.
  private static let fullness: Duration = .seconds(10)

  /// Looks again and again.
  func watchHealth() async {
    repeat { healthMayHaveChanged() } while (try? await loop.sleep(for: Self.healthInterval)) != nil
  }

  /// Something that people are told about may have begun or ended.
  func healthMayHaveChanged() {
    guard !isStopping else { return }
    let (events, changed) = health.look(conditions, at: .now, time: Timestamp(.now))
    for event in events { log(event) }
    if !changed.isEmpty { statusMayHaveChanged(of: rooms.keys.filter { concerns(changed, $0) }) }
    healthTimer = health.nextLook.map { time in
      loop.schedule(after: max(.milliseconds(20), time - .now)) { self.healthMayHaveChanged() }
    }
  }

  /// The problems that concern a user on a stream: the gateway's, the stream's accounts', and the user's own accounts'.
  func problems(_ problems: [Health.Problem], of user: UserID, on stream: StreamID) -> [Health.Problem] {
    guard !problems.isEmpty else { return [] }
    let accounts = directory.streams[stream]?.accounts ?? []
    return problems.filter { problem in
      switch problem.key.subject {
      case .gateway: true
      case .account(let id): accounts.contains(id) || directory.canUse(id, user)
      }
    }
  }

  private func concerns(_ keys: Set<Health.Key>, _ stream: StreamID) -> Bool {
    keys.contains { key in
      switch key.subject {
      case .gateway: true
      case .account(let id): shows(id, on: stream)
      }
    }
  }

  /// Everything that is the matter at this moment.
  private var conditions: [Health.Key: Health.Condition] {
    var conditions = conditionsOfPool
    if helix.failuresInARow >= Self.failuresToBelieve {
      conditions[.init(code: .twitchUnreachable)] = .init(
        message: "Twitch does not answer, or with nothing but errors: lines may not go out.")
    }
    if helix.clockOffset.map({ abs($0) > Self.clockTolerance }) ?? false {
      conditions[.init(code: .clockWrong)] = .init(
        message: "The gateway's clock differs from Twitch's: times that are shown may be wrong.")
    }
    if historyKeeper.status.degradedSince != nil {
      conditions[.init(code: .historyDegraded)] = .init(
        message: "Messages cannot be stored at the moment: what is missed now may not come later.")
    }
    if let last = server?.turnedAway.last, .now - last < Self.fullness {
      conditions[.init(code: .connectionsRefused)] = .init(
        message: "The gateway has no room for more connections and turns newcomers away.")
    }
    for account in directory.accounts.values {
      guard account.state == .relinkNeeded || senders[account.id]?.token.state == .relinkNeeded else { continue }
      conditions[.init(code: .relinkNeeded, subject: .account(account.id))] = .init(
        message: "The account \(account.name) has to be linked again by its owner.")
    }
    return conditions
  }

  private var conditionsOfPool: [Health.Key: Health.Condition] {
    var conditions: [Health.Key: Health.Condition] = [:]
    let status = pool.status
    let ready = status.shards.count { $0.state == .ready }
    if !status.isReady {
      conditions[.init(code: .shardsLost)] =
        ready == 0
        ? .init(message: "There is no connection to Twitch's chat: nothing comes through.", state: .down)
        : .init(
          message: "\(ready) of \(status.shards.count) connections to Twitch's chat are up: messages may be missing.")
    }
    if status.isAtConduitLimit {
      conditions[.init(code: .conduitLimit)] = .init(
        message: "Twitch allows this gateway no further conduit: nothing comes through.", state: .down)
    }
    for channel in status.unreadable.keys {
      guard let account = directory.account(networkUserID: channel.broadcaster.rawValue) else { continue }
      conditions[.init(code: .subscriptionsMissing, subject: .account(account.id))] = .init(
        message: "Twitch does not permit reading the chat of \(account.name): a ban, a missing grant or a limit.")
    }
    if status.missingSubscriptions > status.unreadable.count * ConduitPool.chatSubscriptions {
      conditions[.init(code: .subscriptionsMissing)] = .init(
        message: "Some chats are not subscribed to yet: messages may be missing.")
    }
    return conditions
  }

  private func log(_ event: HealthWatch.Event) {
    switch event {
    case .began(let problem):
      logger.error("\(problem.condition.message)", metadata: metadata(of: problem))
    case .ended(let problem):
      var metadata = metadata(of: problem)
      metadata["seconds"] = "\(Timestamp(.now).seconds - problem.since.seconds)"
      logger.notice("A problem is over", metadata: metadata)
    }
  }

  private func metadata(of problem: Health.Problem) -> Logger.Metadata {
    var metadata: Logger.Metadata = ["problem": "\(problem.key.code.rawValue)"]
    if case .account(let id) = problem.key.subject { metadata["account"] = "\(id)" }
    if problem.key.code == .clockWrong { metadata["offset"] = "\(helix.clockOffset ?? 0)" }
    return metadata
  }
}
