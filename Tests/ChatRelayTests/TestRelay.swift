import ChatRelay
import Foundation
import HTTPTypes
import Logging
import Storage
import Synchronization
import TestSupport
import Testing
import Twitch
import TwitchSimulator
import WebSockets

/// A gateway that runs beside a simulated Twitch, and how clients get to it.
struct TestRelay {
  let relay: Relay
  let home: Household
  /// Where the clients live.
  let loop: EventLoop
  let port: Int
  private let configuration: Relay.Configuration
  private let ending = Ending()

  /// Starts a gateway on what a household has stored.
  init(_ configuration: Relay.Configuration, home: Household, loop: EventLoop) async throws {
    self.configuration = configuration
    self.home = home
    self.loop = loop
    relay = try await Relay.start(configuration, store: home.store, logger: quiet)
    port = await relay.port
  }

  /// Ends the gateway and runs a script with the next one on the same folder.
  func restart(_ script: (TestRelay) async throws -> Void) async throws {
    await stop()
    let next = try await TestRelay(configuration, home: home, loop: loop)
    let result = await Result { try await script(next) }
    await next.stop()
    try result.get()
  }

  /// Ends the gateway, unless a test has done so already.
  func stop(within limit: Duration = .seconds(9)) async {
    if ending.begin() { await relay.stop(within: limit) }
  }

  /// Connects as somebody; the household's stream when none is named.
  func join(_ token: AccessToken, stream: StreamID? = nil) async throws -> Browser {
    try await join(query: "?token=\(token.reveal())", stream: "\(stream ?? home.stream.id)")
  }

  func join(query: String, stream: String) async throws -> Browser {
    try await Browser.connect(to: "ws://127.0.0.1:\(port)/ws/\(stream)\(query)", on: loop)
  }

  /// Connects as the stream's owner.
  func joinAsJohn() async throws -> Browser { try await join(home.johnsToken) }

  /// Connects as the guest, who gets that chat level first.
  func joinAsMary(_ level: ChatLevel = .write) async throws -> Browser {
    try await home.store.shareStream(home.stream.id, with: home.mary.id, StreamShare(chatLevel: level))
    return try await joinWhenAllowed(home.marysToken)
  }

  /// Connects as soon as the gateway has noticed that this is allowed.
  func joinWhenAllowed(_ token: AccessToken, stream: StreamID? = nil) async throws -> Browser {
    let stream = stream ?? home.stream.id
    await relay.awaitDirectory { directory in
      directory.user(with: token).map { directory.chatLevel(of: $0.id, in: stream) >= .read } ?? false
    }
    return try await join(token, stream: stream)
  }
}

/// Says nothing.
private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Something that is to happen once.
private final class Ending: Sendable {
  private let hasBegun = Atomic(false)

  /// Whether this is the first call.
  func begin() -> Bool { !hasBegun.exchange(true, ordering: .relaxed) }
}

/// The people of the simulated Twitch whom the tests know: the household's accounts, and a chatter.
private let people = [("1", "Harbor"), ("2", "Dock"), ("3", "Pier"), ("9", "Gull")]

/// Runs a gateway with the household's stream, once Twitch delivers to it.
///
/// - Parameters:
///   - isLive: Whether the stream's one channel is live, and the gateway knows it.
func withRelay(
  isLive: Bool = true, configure: (inout Relay.Configuration) async throws -> Void = { _ in },
  _ body: (_ relay: TestRelay, _ twitch: Simulator) async throws -> Void
) async throws {
  let twitch = try await Simulator.start(logger: quiet)
  let loop = try EventLoop(logger: quiet)
  for (id, name) in people { try await twitch.addUser(.init(name.lowercased(), displayName: name, id: .init(id))) }
  let home = try await Household { id in try await twitch.link(id) }

  var configuration = Relay.Configuration(
    publicFolder: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Public").path,
    application: Application(
      clientID: ClientID(Simulator.Client.example.id.rawValue),
      clientSecret: Secret(Simulator.Client.example.secret ?? "")),
    endpoints: Endpoints(api: twitch.apiURL, auth: twitch.authURL, eventSub: twitch.eventSubURL))
  configuration.emoteTemplate = twitch.emoteTemplate
  configuration.viewCountInterval = .milliseconds(200)
  try await configure(&configuration)
  let result = await Result {
    let test = try await TestRelay(configuration, home: home, loop: loop)
    let result = await Result {
      try await twitch.wait(for: .init(shards: configuration.shards + configuration.webhookShards, subscriptions: 9))
      if isLive { try await goLive(test, twitch) }
      try await body(test, twitch)
    }
    await test.stop()
    try result.get()
  }
  await loop.stop()
  await twitch.stop()
  home.remove()
  try result.get()
}

extension Result where Success == Void, Failure == any Error {
  /// What a script came to, so that there can be an end after it whatever it came to.
  fileprivate init(_ script: () async throws -> Void) async {
    do {
      self = .success(try await script())
    } catch {
      self = .failure(error)
    }
  }
}

/// Starts the broadcast and waits until the gateway has told somebody all about it.
private func goLive(_ relay: TestRelay, _ twitch: Simulator) async throws {
  let john = try await relay.joinAsJohn()
  _ = try await john.status()
  try await twitch.goLive("harbor", .init(viewers: 42))
  // Another one may come before it: of the gateway's health, which is new as well.
  while try await john.next("status")["status"]?["data_pushing"] != true {}
  #expect(try await john.next("viewcountresult")["viewer_count"] == 42)
  await john.close()
  _ = try await john.closed()
}

extension Simulator {
  /// What a user's account is linked with: a login at the simulated Twitch with all that chat needs.
  func link(_ user: String, scopes: [Scope] = Scope.chat) throws -> NetworkTokens {
    let pair = try grant(scopes.map(\.rawValue), by: user)
    return NetworkTokens(accessToken: pair.accessToken, refreshToken: pair.refreshToken, scopes: pair.scope)
  }
}
