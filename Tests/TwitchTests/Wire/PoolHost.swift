import HTTPTypes
import Logging
import Testing
import TwitchSimulator
import WebSockets

@testable import Twitch

/// A conduit pool with all that it needs, on a loop of its own, working against a simulated Twitch.
///
/// The channel "harbor" is read by the account "bot".
actor PoolHost {
  /// Something that is waited for.
  typealias Condition = @Sendable (isolated PoolHost) -> Bool

  private let loop: EventLoop
  private var waiting: (condition: Condition, continuation: CheckedContinuation<Void, Never>)?

  private var server: Server?
  private let pool: ConduitPool
  /// The ids of broadcaster and reader.
  let channel: ConduitPool.Channel
  /// What the pool handed on.
  private(set) var notifications: [Twitch.Notification] = []
  private(set) var revocations: [Revocation] = []
  private(set) var conduits: [ConduitID] = []
  /// How often it said that something may be missing.
  private(set) var gaps = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  fileprivate init(
    on loop: EventLoop, _ twitch: Simulator, _ channel: ConduitPool.Channel, shards: Int, stored: ConduitID?
  ) async {
    self.loop = loop
    self.channel = channel
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let client = HTTPClient(on: loop)
    let endpoints = Endpoints(api: twitch.apiURL, auth: twitch.authURL, eventSub: twitch.eventSubURL)
    let application = Application(
      clientID: ClientID(Simulator.Client.example.id.rawValue),
      clientSecret: Secret(Simulator.Client.example.secret ?? ""))
    let token = AppToken(oauth: OAuth(application: application, endpoints: endpoints, client: client))
    let helix = Helix(
      endpoints: endpoints, clientID: application.clientID, client: client, appToken: token, logger: logger)
    pool = ConduitPool(
      helix: helix, clientID: application.clientID, endpoints: endpoints,
      transports: Array(repeating: .webSocket, count: shards), storedConduit: stored, loop: loop, logger: logger)
  }

  fileprivate func start() {
    pool.onNotification = { notification in
      self.notifications.append(notification)
      self.check()
    }
    pool.onRevocation = { revocation in
      self.revocations.append(revocation)
      self.check()
    }
    pool.onConduit = { self.conduits.append($0) }
    pool.onGap = { _ in
      self.gaps += 1
      self.check()
    }
    pool.onChange = { self.check() }
    pool.want([channel])
    pool.start(on: self)
  }

  func stop() async {
    pool.onNotification = { _ in }
    pool.onRevocation = { _ in }
    pool.onConduit = { _ in }
    pool.onGap = { _ in }
    pool.onChange = {}
    server?.stop()
    await pool.stop()
  }

  /// The chat lines that arrived, in order.
  var lines: [String] {
    notifications.compactMap { if case .message(let message) = $0.event { message.text } else { nil } }
  }

  /// What the pool says of itself.
  var status: ConduitStatus { pool.status }

  /// Whether all shards are ready.
  var isReady: Bool { pool.isReady }

  /// Whether all subscriptions are there as well.
  var isComplete: Bool { isReady && status.missingSubscriptions == 0 }

  /// The sessions of the shards, in order.
  var sessions: [SessionID?] { status.shards.map(\.session) }

  /// Waits for that; the test's time limit is the deadline.
  func until(_ condition: @escaping Condition) async {
    guard !condition(self) else { return }
    await withCheckedContinuation { waiting = (condition, $0) }
  }

  private func check() {
    guard let (condition, continuation) = waiting, condition(self) else { return }
    waiting = nil
    continuation.resume()
  }

  /// Another pool for the same channel on the same loop, started already: what a restarted gateway has.
  nonisolated func another(on twitch: Simulator, stored: ConduitID) async -> PoolHost {
    let host = await PoolHost(on: loop, twitch, channel, shards: 2, stored: stored)
    await host.start()
    return host
  }

  /// Wants one shard from now on, which Twitch delivers to by HTTP.
  func wantCallback() throws {
    var configuration = Server.Configuration()
    configuration.headerNames = ConduitPool.callbackHeaders
    let server = try Server(
      configuration, on: loop, respond: { request in await self.respond(to: request) },
      upgrade: { _ in .refuse(Response(.notFound)) })
    self.server = server
    let callback = "http://127.0.0.1:\(server.port)/hook"
    pool.resize(to: [.webhook(callback: callback, secret: Secret("0123456789abcdef"))])
  }

  private func respond(to request: Request) -> Response { pool.respond(to: request) }

  /// Wants that many shards from now on.
  func wantShards(_ count: Int) { pool.resize(to: Array(repeating: .webSocket, count: count)) }
}

/// Runs a test's body with a pool that is ready and a Twitch that it works against.
func withPool(
  shards: Int = 2, stored: ConduitID? = nil, isReady: Bool = true, prepare: (Simulator) async throws -> Void = { _ in },
  _ body: (PoolHost, Simulator) async throws -> Void
) async throws {
  let twitch = try await Simulator.start()
  let loop = try EventLoop(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  let result: Result<Void, any Error>
  do {
    let harbor = try await twitch.addUser(Simulator.NewUser("harbor"))
    let bot = try await twitch.addUser(Simulator.NewUser("bot"))
    _ = try await twitch.addUser(Simulator.NewUser("guest"))
    _ = try await twitch.grant(["channel:bot"], by: "harbor")
    _ = try await twitch.grant(["user:bot", "user:read:chat", "user:write:chat"], by: "bot")
    try await prepare(twitch)
    let channel = ConduitPool.Channel(
      broadcaster: TwitchUserID(harbor.id.rawValue), reader: TwitchUserID(bot.id.rawValue))
    let host = await PoolHost(on: loop, twitch, channel, shards: shards, stored: stored)
    await host.start()
    if isReady { await host.until { $0.isComplete } }
    do {
      try await body(host, twitch)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await host.stop()
  } catch {
    result = .failure(error)
  }
  await twitch.stop()
  await loop.stop()
  try result.get()
}
