import FoundationEssentials
import HTTPTypes
public import Logging
public import WebSockets

/// The conduit, its shards and its subscriptions: wanted against actual, and what is missing put right.
///
/// Belongs to one actor, the one whose executor is the event loop: made, started and called there only. Runs from `start`
/// to `stop`; failures between the two never end it, they only delay the next try.
public final class ConduitPool {
  /// A channel whose chat and stream are wanted, and the linked account through whose eyes the chat is read.
  public struct Channel: Hashable, Sendable {
    /// Whose channel it is.
    public var broadcaster: TwitchUserID
    /// Who reads: the account that granted `user:bot` and `user:read:chat`.
    public var reader: TwitchUserID

    /// Creates a wish.
    public init(broadcaster: TwitchUserID, reader: TwitchUserID) {
      self.broadcaster = broadcaster
      self.reader = reader
    }
  }

  /// Where the deliveries of one shard go to.
  public enum Transport: Hashable, Sendable {
    /// A socket that the pool opens.
    case webSocket
    /// A public HTTPS address of this gateway, whose requests are handed to `respond(to:)`.
    case webhook(callback: String, secret: Secret)
  }

  /// Called once for each notification, duplicates and the shards' own affairs taken out.
  public var onNotification: (Notification) -> Void = { _ in }
  /// Called where something may be missing between the notifications handed on before and those handed on after: in that
  /// channel, or with `nil` in any of them. Often more than once for one trouble, and at the first start too.
  public var onGap: (TwitchUserID?) -> Void = { _ in }
  /// Called before a notification of that channel that comes after younger ones.
  public var onDisorder: (TwitchUserID) -> Void = { _ in }
  /// Called when Twitch took a subscription away. The pool asks for it again after a minute and more by itself.
  public var onRevocation: (Revocation) -> Void = { _ in }
  /// Called when another conduit than the stored one is used from now on, to be stored.
  public var onConduit: (ConduitID) -> Void = { _ in }
  /// Called when `status` changed in a way that people are told about: readiness, a shard's state, a channel's.
  public var onChange: () -> Void = {}

  private let helix: Helix
  private let logger: Logger
  private var transports: [Transport]
  private let loop: EventLoop
  // 4 MiB twice, which is ten minutes of some 300 lines a second: what a gateway will need for a day, it has from the start.
  private var arrivals = Arrivals(room: 1 << 18)
  private var arrivalTimer: Timer?
  /// What was taken away, and the log has not been told yet.
  private var revocations: [Revocation] = []
  private var revocationTimer: Timer?
  private var shards: ShardKeeper?
  private var subscriptions: SubscriptionKeeper?
  private var scripts: [Task<Void, Never>] = []
  private var conduit: ConduitID?
  private var storedConduit: ConduitID?
  private var reported: ConduitStatus?
  /// How many seconds the clock behind the last challenge was ahead of ours.
  private var challengeOffset: Double?
  /// Clocks that are said to differ by fewer seconds may well be the same: a `Date` header names whole seconds, and is read late.
  private static let sameTime = 5.0

  /// Makes a pool that does nothing until it is started. `generator` is what its waits are drawn from.
  public init(
    helix: Helix, clientID: ClientID, endpoints: Endpoints, transports: [Transport], storedConduit: ConduitID?,
    loop: EventLoop, logger: Logger, generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
  ) {
    self.helix = helix
    self.loop = loop
    self.logger = logger
    self.transports = transports
    self.storedConduit = storedConduit
    shards = ShardKeeper(
      transports, storedConduit: storedConduit, helix: helix, url: Self.socketURL(endpoints), loop: loop,
      logger: logger, generator: generator
    ) { [weak self] in self?.receive($0) }
    subscriptions = SubscriptionKeeper(
      client: clientID, helix: helix, loop: loop, logger: logger, generator: generator
    ) { [weak self] in self?.receive($0) }
  }

  /// Begins to work; the channels wanted can be given before or after.
  public func start(on owner: isolated any Actor) {
    guard let shards, let subscriptions else { return }
    scripts = [Task { await shards.run(on: owner) }, Task { await subscriptions.run(on: owner) }]
  }

  /// Closes the sockets and ends all work; calls that are under way come to nothing. The conduit and its subscriptions stay at
  /// Twitch for the next start.
  public func stop() async {
    subscriptions?.stop()
    await shards?.stop()
    for script in scripts { await script.value }
    (shards, subscriptions, scripts, arrivalTimer, revocationTimer) = (nil, nil, [], nil, nil)
  }

  /// Says which channels are wanted from now on, all of them. Before it is said once, no subscription is touched.
  public func want(_ channels: Set<Channel>) {
    subscriptions?.want(channels)
  }

  /// Says that somebody linked their account, maybe again: what Twitch refused because of it is asked for again at once.
  public func granted(by user: TwitchUserID) {
    subscriptions?.granted(by: user)
  }

  /// Gives the conduit other shards from now on: one for each transport, shard "0" first. What stays as it is delivers on.
  public func resize(to transports: [Transport]) {
    self.transports = transports
    shards?.want(transports)
  }

  /// Takes the notifications of these `seenKeys` for seen, so that what an earlier run handed on is not handed on again. To be
  /// called before `start`.
  public func remember(seen keys: some Collection<UInt64>) {
    arrivals.remember(keys, at: .now)
  }

  /// Whether Twitch confirmed every wanted shard and none of them has fallen silent.
  public var isReady: Bool { shards?.state.isReady ?? false }

  /// What the pool is like right now, for people and metrics.
  public var status: ConduitStatus {
    let now = ContinuousClock.now
    return status { shard in self.shards?.heard(shard).map { now - $0 } }
  }

  /// Answers a request that came to a webhook shard's callback.
  public func respond(to request: Request) -> Response {
    let secrets = transports.compactMap { if case .webhook(_, let secret) = $0 { secret } else { nil } }
    let delivery: WebhookDelivery
    do throws(WebhookDelivery.Refusal) {
      delivery = try WebhookDelivery(request, secrets: secrets, at: times)
    } catch {
      logger.warning("webhook request refused", metadata: ["reason": "\(error)"])
      return .text("\(error)", status: error.status)
    }
    switch delivery {
    case .challenge(let answer, let sentAt):
      if shards?.state.isVerifying == true { challengeOffset = sentAt.date.timeIntervalSince(.now) }
      // Twitch makes up its mind about the shard now.
      shards?.look()
      return .text(answer)
    case .notification(let notification):
      if let shard = shard(calledAt: request.path) { shards?.called(shard) }
      // Requests overtake each other, so there is no order to keep.
      receive(notification, on: nil)
    case .revocation(let id, let revocation):
      if arrivals.isNew(id, at: .now) { receive(revocation) }
    case .ignored: break
    }
    return Response(.noContent)
  }

  private func shard(calledAt path: String) -> Int? {
    transports.firstIndex { if case .webhook(let callback, _) = $0 { callback.hasSuffix(path) } else { false } }
  }

  /// What time it may be at Twitch: by the answers of its API and by what it sent when it was told of a callback. Our own clock
  /// counts until there is one of them, and as long as it is not plainly wrong.
  private var times: [Date] {
    let offsets = [helix.clockOffset, challengeOffset].compactMap { $0 }
    return (offsets.isEmpty ? [0] : offsets).map { Date.now.addingTimeInterval(abs($0) < Self.sameTime ? 0 : $0) }
  }

  // News.

  private func receive(_ news: ShardKeeper.News) {
    switch news {
    case .notification(let notification, let shard): return receive(notification, on: shard)
    case .early(let notification, let shard): arrivals.receive(early: notification, on: shard, at: .now)
    case .settled(let shard): arrivals.settled(shard, at: .now)
    case .revocation(let revocation): receive(revocation)
    case .opened(let shard): arrivals.opened(shard)
    case .lost(let shard, let mayHaveCost):
      arrivals.lost(shard, mayHaveCost: mayHaveCost, at: .now)
      followShards()
    case .interrupted: arrivals.interrupted()
    case .change:
      follow(shards?.state.conduit)
      followShards()
      report()
    }
    handOnArrivals()
  }

  private func followShards() {
    arrivals.follow(isLossy: shards?.state.isLossy ?? true, isWhole: isReady, at: .now)
  }

  private func receive(_ news: SubscriptionKeeper.News) {
    switch news {
    case .doubt: shards?.look()
    case .change: report()
    case .beginning(let broadcaster):
      arrivals.interrupted(in: broadcaster)
      handOnArrivals()
    }
  }

  private func receive(_ notification: Notification, on shard: Int?) {
    if arrivals.receive(notification, on: shard, at: .now) { handOn(notification) } else { handOnArrivals() }
  }

  private func handOnArrivals() {
    for output in arrivals.takeOutputs() {
      switch output {
      case .notification(let notification): handOn(notification)
      case .gap(let broadcaster): onGap(broadcaster)
      case .disorder(let broadcaster): onDisorder(broadcaster)
      case .doubt: shards?.look()
      }
    }
    guard arrivalTimer == nil, let deadline = arrivals.deadline else { return }
    arrivalTimer = loop.schedule(after: max(.zero, deadline - .now)) { [weak self] in
      guard let self else { return }
      arrivalTimer = nil
      arrivals.tick(at: .now)
      handOnArrivals()
    }
  }

  private func handOn(_ notification: Notification) {
    if case .shardDisabled(let event) = notification.event {
      shards?.disabled(event)
    } else {
      onNotification(notification)
    }
  }

  private func receive(_ revocation: Revocation) {
    revocations.append(revocation)
    if revocations.count == 1 {
      // Dozens come together, and the log is told once.
      revocationTimer = loop.schedule(after: .seconds(1)) { [weak self] in self?.reportRevocations() }
    }
    if revocation.status == "conduit_deleted" { shards?.look() }
    subscriptions?.revoked(revocation)
    onRevocation(revocation)
  }

  private func reportRevocations() {
    let revoked = Dictionary(grouping: revocations, by: \.status)
    revocations = []
    for (status, revocations) in revoked {
      logger.warning(
        "subscriptions revoked",
        metadata: [
          "status": "\(status)", "count": "\(revocations.count)",
          "types": "\(Set(revocations.map(\.type.rawValue)).sorted().joined(separator: " "))",
          "broadcasters":
            "\(Set(revocations.compactMap(\.broadcaster?.rawValue)).sorted().prefix(10).joined(separator: " "))",
        ])
    }
  }

  /// The subscriptions go where the conduit goes.
  private func follow(_ conduit: ConduitID?) {
    guard conduit != self.conduit else { return }
    self.conduit = conduit
    subscriptions?.use(conduit, isNew: shards?.state.isNew ?? false)
    guard let conduit, conduit != storedConduit else { return }
    storedConduit = conduit
    onConduit(conduit)
  }

  private func report() {
    let status = status { _ in nil }
    guard reported.map({ !status.tellsTheSame(as: $0) }) ?? true else { return }
    reported = status
    onChange()
  }

  private func status(silence: (ShardID) -> Duration?) -> ConduitStatus {
    let states = shards?.state.shards ?? []
    return ConduitStatus(
      conduit: conduit,
      shards: states.enumerated().map { place, state in
        ConduitStatus.Shard(
          ShardID(place), state, silence: silence(ShardID(place)), shards?.records[place] ?? .none)
      },
      presentSubscriptions: subscriptions?.state.presentCount ?? 0,
      missingSubscriptions: subscriptions?.state.missingCount ?? 0,
      unreadable: subscriptions?.state.unreadable ?? [:],
      isAtConduitLimit: shards?.state.isAtConduitLimit ?? false,
      isReady: isReady, duplicates: arrivals.duplicates)
  }

  /// Where fresh sockets connect to, asking for the shortest keepalive that Twitch grants.
  private static func socketURL(_ endpoints: Endpoints) -> String {
    endpoints.eventSub + (endpoints.eventSub.contains("?") ? "&" : "?") + "keepalive_timeout_seconds=10"
  }
}
