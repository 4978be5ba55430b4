import DequeModule
import FoundationEssentials
import HTTPTypes
public import Logging
import Synchronization
import WebSockets

/// A Twitch on loopback that can be told to misbehave: OAuth, Helix, EventSub with conduits, and chat, on one port.
///
/// It knows nothing of the client that talks to it and writes Twitch's JSON by hand. Everything that it can be told over
/// HTTP below `/control` (docs/simulator.md) it can be told with the methods here. Users and channels are named by login
/// or id. It ends with `stop()`.
public actor Simulator {
  let loop: EventLoop
  private let configuration: Configuration
  private let boundPort = Atomic<Int>(0)
  private var server: Server?
  let client: HTTPClient

  var mint: Mint
  let deadlines: Deadlines
  /// The switches as they are.
  public internal(set) var behavior: Behavior
  var faults = Faults()

  var people = People()
  let clients: [Identifier<Client>: Client]
  let firstClient: Identifier<Client>
  var tokens = Tokens()
  var devices: [String: Device] = [:]
  var codes: [String: AuthorizationCode] = [:]
  var limits = RateLimits()

  var sessions: [Identifier<Session>: Session] = [:]
  var lastSession = 0
  var conduitStore: [Identifier<Conduit>: Conduit] = [:]
  var lastConduit = 0
  var subscriptionStore = Subscriptions()
  var lastWebhooks: Deque<Webhook> = []
  var heldNotifications: [(Notification, home: Int, Identifier<Conduit>)] = []

  var sendLimits = SendLimits()
  var sent: Deque<Message> = []
  var held: [Identifier<Message>: (ChatMessage, Identifier<User>)] = [:]
  var lastAnnouncement: [Identifier<User>: Moment] = [:]
  var talks: [Identifier<User>: Task<Void, Never>] = [:]

  var counts = Counters()
  var journal = Journal()
  var ledger = Ledger()

  /// Keeps the simulator on its event loop's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  /// Starts a simulator on an event loop of its own; when it returns, the port is open.
  public static func start(
    _ configuration: Configuration = Configuration(), logger: Logger = Logger(label: "twitch-simulator")
  ) async throws -> Simulator {
    guard let first = configuration.clients.first else { throw SimulatorError.invalid("there is no client") }
    let loop = try EventLoop(logger: logger)
    let simulator = await Simulator(loop: loop, configuration, firstClient: first.id)
    do {
      try await simulator.listen()
    } catch {
      await loop.stop()
      throw error
    }
    return simulator
  }

  private init(loop: EventLoop, _ configuration: Configuration, firstClient: Identifier<Client>) async {
    self.loop = loop
    self.configuration = configuration
    self.firstClient = firstClient
    clients = Dictionary(configuration.clients.map { ($0.id, $0) }) { first, _ in first }
    mint = Mint(seed: configuration.seed)
    behavior = configuration.behavior
    deadlines = Deadlines(on: loop)
    client = HTTPClient(on: loop, userAgent: "twitch-simulator")
    if !configuration.clockRuns { deadlines.stop() }
  }

  private func listen() throws {
    var settings = Server.Configuration()
    settings.host = configuration.host
    settings.port = configuration.port
    settings.certificate = configuration.certificate.map {
      Server.Certificate(chainPath: $0.certificatePath, keyPath: $0.keyPath)
    }
    // Get Users and Get Streams take 100 ids.
    settings.allowsManyParameters = true
    settings.headerNames = ["Client-Id"].compactMap { HTTPField.Name($0) }
    // Pings are sent by hand, since Twitch closes with a code of its own when they are not answered.
    settings.pings = nil
    let server = try Server(
      settings, on: loop, respond: { request in await self.respond(to: request) },
      upgrade: { request in self.upgrade(request) })
    self.server = server
    boundPort.store(server.port, ordering: .relaxed)
  }

  /// Closes every connection and ends the loop; to be called from outside of the simulator.
  public nonisolated func stop() async {
    await shutDown()
    await loop.stop()
  }

  private func shutDown() {
    for talk in talks.values { talk.cancel() }
    talks = [:]
    journal.endAll()
    deadlines.end()
    sessions = [:]
    server?.stop()
    server = nil
  }

  /// The port that everything is served on.
  public nonisolated var port: Int { boundPort.load(ordering: .relaxed) }

  private nonisolated var authority: String {
    let host = configuration.host
    if host == "0.0.0.0" || host == "::" { return "127.0.0.1:\(port)" }
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  private nonisolated var isSecure: Bool { configuration.certificate != nil }

  /// `http://HOST:PORT`, the root of the addresses below.
  public nonisolated var origin: String { (isSecure ? "https://" : "http://") + authority }

  /// What takes the place of `https://api.twitch.tv/helix`.
  public nonisolated var apiURL: String { origin + "/helix" }

  /// What takes the place of `https://id.twitch.tv/oauth2`.
  public nonisolated var authURL: String { origin + "/oauth2" }

  /// What takes the place of `wss://eventsub.wss.twitch.tv/ws`.
  public nonisolated var eventSubURL: String { (isSecure ? "wss://" : "ws://") + authority + "/ws" }

  /// What takes the place of the CDN's emote address, with the same four blanks.
  public nonisolated var emoteTemplate: String { origin + "/emoticons/v2/{{id}}/{{format}}/{{theme_mode}}/{{scale}}" }

  /// The addresses of pictures, here or at Twitch's CDN.
  var pictures: Pictures { Pictures(origin: behavior.ownPictures ? origin : nil) }
}
