import FoundationEssentials
public import Logging
public import Storage
import Twitch
import WebSockets

/// The gateway: rooms, connections and writers on one side, Twitch on the other.
///
/// It owns everything that changes, and its executor is the event loop: what libwebsockets reports arrives as plain calls, and a line
/// of chat reaches a thousand browsers without one `await`. Runs from `start` to `stop`.
public actor Relay {
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  let loop: EventLoop
  /// As it was started with, and changed since.
  var configuration: Configuration
  let store: Store
  let logger: Logger
  var files: StaticFiles
  let images: EmoteImages

  /// Who and what there is, as of the last change.
  var directory = Directory()
  var rooms: [StreamID: Room] = [:]
  /// The accounts by their names at Twitch, with the rooms that carry them: what each notification is looked up in.
  var linkedAccounts: [TwitchUserID: (account: AccountID, rooms: [Room])] = [:]
  /// Those who wait for the next change of the directory.
  var directoryWaiters: [CheckedContinuation<Void, Never>] = []
  /// Tells this run from every other one: when it began, in milliseconds since 1970.
  let run = Timestamp(.now).milliseconds
  /// What earlier runs said; for the rooms that are yet to be made.
  var past = HistoryStore.Past()
  var senders: [AccountID: Sender] = [:]
  /// What accounts said that are not linked here any more.
  var formerBudgets: [TwitchUserID: SendBudget] = [:]
  /// The next try to read tokens that could not be read.
  var tokenTimer: Timer?
  var writers: [Route: Writer] = [:]
  var liveStates = LiveStates()
  let metrics = RelayMetrics()
  var health = HealthWatch()
  /// The next look at what is wrong, when it is to be sooner than usual.
  var healthTimer: Timer?
  /// When the log was last told of a client that reads too slowly.
  var slownessTold: ContinuousClock.Instant?
  var pictures = Pictures()
  /// Whether pictures are being asked for right now.
  var isFetchingPictures = false
  var badgeCatalog = BadgeCatalog()
  /// Whether Twitch is being asked right now how badges look.
  var isFetchingBadges = false
  /// Rooms whose people will be told about a change soon.
  var statusTimers: [StreamID: Timer] = [:]
  /// The next look at the channels that somebody watches, when it is to be sooner than usual.
  var earlyLook: Timer?
  /// Whether it asks Twitch for anything yet.
  private(set) var hasBegun = false
  /// How far the end has come.
  var stage = Stage.serving

  /// What listens; `nil` before `open` and after `stop`.
  var server: Server?
  var tasks: [Task<Void, Never>] = []
  private let transports: [ConduitPool.Transport]
  private let storedConduit: ConduitID?

  // Made when first used, which is on the loop: they live on its thread.
  private(set) lazy var client = HTTPClient(on: loop)
  private(set) lazy var oauth = OAuth(
    application: configuration.application, endpoints: configuration.endpoints, client: client)
  private(set) lazy var appToken = AppToken(oauth: oauth)
  private(set) lazy var helix = Helix(
    endpoints: configuration.endpoints, clientID: configuration.application.clientID, client: client,
    appToken: appToken, logger: logger)
  private(set) lazy var pool = ConduitPool(
    helix: helix, clientID: configuration.application.clientID, endpoints: configuration.endpoints,
    transports: transports, storedConduit: storedConduit, loop: loop, logger: logger)

  private(set) lazy var historyKeeper = HistoryKeeper(store.history, on: loop, logger: logger) { stream, number in
    GapMessage(stream: stream, time: Timestamp(.now)).entry(at: Cursor(stream, number))
  }

  /// Starts a gateway; when this returns, it answers on `port`. Twitch may not be reachable yet: that heals by itself.
  ///
  /// Throws `RelayError`, `ServerError`, `StorageError`, or `OAuthError.invalidApplication` when Twitch does not know the
  /// application or its secret.
  public static func start(_ configuration: Configuration, store: Store, logger: Logger) async throws -> Relay {
    let files = try await StaticFiles.read(for: configuration)
    let transports = try await configuration.transports(store)
    let clientID = configuration.application.clientID
    let relay = Relay(
      loop: try EventLoop(logger: logger), configuration: configuration, store: store, logger: logger, files: files,
      transports: transports, storedConduit: try await store.conduitID(of: clientID.rawValue).map { ConduitID($0) })
    do {
      try await relay.open()
      try await relay.checkApplication()
      await relay.begin()
    } catch {
      await relay.stop()
      throw error
    }
    return relay
  }

  private init(
    loop: EventLoop, configuration: Configuration, store: Store, logger: Logger, files: StaticFiles,
    transports: [ConduitPool.Transport], storedConduit: ConduitID?
  ) {
    self.loop = loop
    self.configuration = configuration
    self.store = store
    self.logger = logger
    self.files = files
    self.transports = transports
    self.storedConduit = storedConduit
    images = EmoteImages(template: configuration.emoteTemplate)
  }

  /// The port that it listens on, which tells what port 0 became.
  public var port: Int { server?.port ?? 0 }

  /// Whether Twitch delivers to every shard.
  public var isReady: Bool { !isStopping && pool.isReady }

  private func open() async throws {
    // Both are read at once, which is some of the time that a start takes.
    async let stored = store.directory()
    await recallHistory()
    await apply(try await stored)
    var listening = configuration.server
    listening.headerNames += ConduitPool.callbackHeaders + Self.forwardingHeaders
    server = try Server(
      listening, on: loop,
      respond: { [weak self] request in await self?.respond(to: request) },
      upgrade: { request in self.upgrade(request) })
    tasks = [
      Task { for await new in store.directories(after: directory) { await apply(new) } },
      Task { await watchHealth() },
      Task { await measureLag() },
      Task { await historyKeeper.run() },
      Task { await keepTrimmingHistory() },
      Task { await keepGivingBackMemory() },
    ]
  }

  /// Turns to Twitch, which may know the application: of one that it does not know, nothing else is to be heard.
  private func begin() {
    hasBegun = true
    startPool()
    tasks += [
      Task { await validateTokens() },
      Task { await look(at: Array(linkedChannels)) },
      Task { await lookAtChannels() },
    ]
  }

  private func startPool() {
    pool.onNotification = { notification in self.receive(notification) }
    pool.onRevocation = { revocation in self.receive(revocation) }
    pool.onGap = { broadcaster in self.tellGap(in: broadcaster) }
    pool.onDisorder = { broadcaster in self.tellDisorder(in: broadcaster) }
    pool.onConduit = { conduit in self.remember(conduit) }
    pool.onChange = { self.healthMayHaveChanged() }
    helix.onAnswer = { [metrics] method, endpoint, status in metrics.called(method, endpoint, status) }
    historyKeeper.onChange = { self.healthMayHaveChanged() }
    pool.start(on: self)
  }

  /// A minute after a burst nothing is to be left of it.
  private func keepGivingBackMemory() async {
    while (try? await loop.sleep(for: .seconds(60))) != nil { await Heap.giveBack() }
  }

  private func remember(_ conduit: ConduitID) {
    let clientID = configuration.application.clientID.rawValue
    Task {
      do {
        try await store.setConduitID(conduit.rawValue, of: clientID)
      } catch {
        logger.error("The conduit's id could not be stored", metadata: ["conduit": "\(conduit)", "error": "\(error)"])
      }
    }
  }
}
