import Foundation
import HTTPTypes
import Logging
import Storage
import Synchronization
import Testing
import TwitchSimulator
import WebSockets

/// A simulated Twitch, a data folder, and the program that runs on both.
///
/// `john` owns a stream that carries the channels `harbor` (id 1) and `pier` (id 2), which with two shards have one each, "0" and
/// "1"; he writes with `dock` (id 3), too. `gull` is a chatter. Both channels are live.
final class Scene: Sendable {
  let twitch: Simulator
  let folder: String
  /// Where the clients live.
  let loop: EventLoop
  let token: AccessToken
  let stream: StreamID
  let accounts: [String: AccountID]
  let settings: [String: String]
  private let running = Mutex<Gateway?>(nil)

  /// What a scene is made with.
  struct Setup: Sendable {
    var simulator = Simulator.Configuration()
    var launch = Gateway.Launch()
    /// Whether to wait until Twitch delivers to every shard, with every subscription.
    var waits = true
    var shards = 2
    /// The name under which the gateway is told to find Twitch, in place of 127.0.0.1.
    var twitchHost = "127.0.0.1"
    /// Channels beside `harbor` and `pier`: somebody else's, in streams of a hundred.
    var moreChannels = 0
    /// Done to Twitch before the gateway starts.
    var prepare: @Sendable (Simulator) async throws -> Void = { _ in }
  }

  fileprivate init(_ setup: Setup) async throws {
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    twitch = try await Simulator.start(setup.simulator, logger: quiet)
    loop = try EventLoop(logger: quiet)
    folder = FileManager.default.temporaryDirectory.appending(path: "fault-\(UUID().uuidString.prefix(8))").path
    let data = folder + "/data"
    let store = try await Store.open(folder: data, key: SealingKey(Self.secretKey))
    let (john, token) = try await store.addUser(named: "john")
    self.token = token
    var accounts: [String: AccountID] = [:]
    let fleet = setup.moreChannels > 0 ? try await store.addUser(named: "fleet").user : john
    let more = (0..<setup.moreChannels).map { ("\(100 + $0)", "channel\($0)") }
    for (id, name) in [("1", "harbor"), ("2", "pier"), ("3", "dock"), ("9", "gull")] + more {
      try await twitch.addUser(.init(name, id: .init(id)))
      if name == "gull" { continue }
      let pair = try await twitch.grant(Self.scopes, by: name)
      let tokens = NetworkTokens(accessToken: pair.accessToken, refreshToken: pair.refreshToken, scopes: pair.scope)
      let identity = NetworkIdentity(networkUserID: id, name: name, login: name)
      let owner = name.hasPrefix("channel") ? fleet : john
      accounts[name] = try await store.linkAccount(identity, tokens: tokens, to: owner.id).id
      if name != "dock" { try await twitch.goLive(name) }
    }
    let carried = ["harbor", "pier"].compactMap { accounts[$0] }
    stream = try await store.addStream(named: "Evening show", accounts: carried, owner: john.id).id
    for start in stride(from: 0, to: more.count, by: 100) {
      let hundred = more[start..<min(start + 100, more.count)].compactMap { accounts[$0.1] }
      _ = try await store.addStream(named: "Show \(start)", accounts: hundred, owner: fleet.id)
    }
    self.accounts = accounts
    let client = Simulator.Client.example
    func at(_ url: String) -> String { url.replacing("127.0.0.1", with: setup.twitchHost) }
    settings = [
      "CHAT_RELAY_PORT": "0", "CHAT_RELAY_DATA": data, "CHAT_RELAY_SECRET_KEY": Self.secretKey,
      "CHAT_RELAY_SHARDS": "\(setup.shards)", "CHAT_RELAY_PUBLIC_FOLDER": Self.publicFolder,
      "TWITCH_CLIENT_ID": client.id.rawValue, "TWITCH_CLIENT_SECRET": client.secret ?? "",
      "TWITCH_API_URL": at(twitch.apiURL), "TWITCH_AUTH_URL": at(twitch.authURL),
      "TWITCH_EVENTSUB_URL": at(twitch.eventSubURL),
      // Killed, it leaves its journal, which goes with the folder.
      "XDG_RUNTIME_DIR": folder,
    ]
    subscriptionCount = (2 + more.count) * 8 + 1
    shardCount = setup.shards
    try await setup.prepare(twitch)
  }

  static let secretKey = String(repeating: "k", count: 32)
  private static let scopes = ["user:read:chat", "user:write:chat", "user:bot", "channel:bot"]
  private static let publicFolder =
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Public").standardized.path

  /// How many subscriptions the gateway makes.
  let subscriptionCount: Int
  let shardCount: Int

  /// The program, which has been started.
  var gateway: Gateway {
    get throws {
      guard let gateway = running.withLock({ $0 }) else { throw Gateway.Failure(description: "no gateway runs") }
      return gateway
    }
  }

  /// Starts the program, for the first time or anew.
  func start(_ launch: Gateway.Launch = .init(), waits: Bool = true) async throws {
    let gateway = try await Gateway.start(settings, in: folder, launch)
    running.withLock { $0 = gateway }
    if waits { try await complete(within: 15) }
  }

  /// Waits until Twitch delivers to every shard, with every subscription.
  func complete(within seconds: Double) async throws {
    try await twitch.wait(for: .init(shards: shardCount, subscriptions: subscriptionCount), within: seconds)
  }

  /// Where clients connect to.
  func url(_ more: String = "") throws -> String { "ws://127.0.0.1:\(try gateway.port)\(target)\(more)" }

  /// What they ask for there.
  var target: String { "/ws/\(stream)?token=\(token.reveal())" }

  /// A client of the stream.
  func join() async throws -> Client {
    let client = Client(on: loop)
    try await client.open(url())
    return client
  }

  /// Lets a client come back where it left off.
  func rejoin(_ client: Client) async throws {
    try await client.open(url((await client.cursor).map { "&since=\($0)" } ?? ""))
  }

  /// The answer to a request for a page of the gateway.
  func get(_ path: String) async throws -> (status: Int, body: String) {
    let url = "http://127.0.0.1:\(try gateway.port)\(path)"
    return try await Requests(loop).get(url)
  }

  /// Waits until the program has logged something that often.
  func logs(_ text: String, times: Int = 1, within seconds: Double) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try gateway.log.components(separatedBy: text).count <= times {
      guard .now < deadline else { throw Gateway.Failure(description: "not logged: \(text)") }
      _ = try await get("/healthz")
    }
  }

  /// How many lines of the program's log have that in them.
  func logCount(_ text: String) throws -> Int { try gateway.log.split(separator: "\n").count { $0.contains(text) } }

  /// The account of one of the channels.
  func account(_ name: String) throws -> AccountID { try #require(accounts[name]) }

  fileprivate func end() async {
    if let gateway = running.withLock({ $0 }) {
      gateway.signal(SIGKILL)
      _ = try? await gateway.exited()
    }
    await twitch.stop()
    await loop.stop()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The end of the program's log, for a test that fails.
  fileprivate var lastWords: String {
    guard let gateway = try? gateway else { return "" }
    return gateway.log.split(separator: "\n").suffix(25).joined(separator: "\n")
  }
}

/// Requests from outside the gateway.
private actor Requests {
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
  private let loop: EventLoop

  init(_ loop: EventLoop) { self.loop = loop }

  func get(_ url: String) async throws -> (status: Int, body: String) {
    let client = HTTPClient(on: loop)
    let response = try await client.send(.get, url)
    return (response.status.code, String(decoding: response.body, as: UTF8.self))
  }
}

extension Result where Failure == any Error {
  /// What a script came to.
  init(_ script: () async throws -> Success) async {
    do {
      self = .success(try await script())
    } catch {
      self = .failure(error)
    }
  }
}

/// Runs a script with a scene that ends with it, whatever comes of it.
func withScene(_ setup: Scene.Setup = .init(), _ body: (Scene) async throws -> Void) async throws {
  let scene = try await Scene(setup)
  do {
    try await scene.start(setup.launch, waits: setup.waits)
    try await body(scene)
  } catch {
    Issue.record("\(error)\n\(scene.lastWords)")
  }
  await scene.end()
}
