import FoundationEssentials
import Logging
import Storage
import Testing
import Twitch
import TwitchSimulator
import WebSockets

/// Where a gateway can run: a simulated Twitch with one live channel, and a data folder with alice, whose channel it is.
struct Premises {
  let twitch: Simulator
  let folder: String
  let token: AccessToken
  let account: AccountID
  let stream: StreamID
  /// Where clients live.
  let loop: EventLoop

  /// What the program is told of them.
  var environment: [String: String] {
    let client = Simulator.Client.example
    return [
      "CHAT_RELAY_PORT": "0", "CHAT_RELAY_DATA": folder + "/data", "CHAT_RELAY_SECRET_KEY": Self.key,
      "CHAT_RELAY_PUBLIC_FOLDER": checkout.appending(path: "Public").path,
      "TWITCH_CLIENT_ID": client.id.rawValue, "TWITCH_CLIENT_SECRET": client.secret ?? "",
      "TWITCH_API_URL": twitch.apiURL, "TWITCH_AUTH_URL": twitch.authURL, "TWITCH_EVENTSUB_URL": twitch.eventSubURL,
      // Killed, it leaves its journal, which goes with the folder.
      "XDG_RUNTIME_DIR": folder,
    ]
  }

  fileprivate static let key = String(repeating: "k", count: 32)

  /// The path that alice's browser connects to.
  var path: String { "/ws/\(stream)?token=\(token.reveal())" }

  /// Waits until a line is on its way to Twitch, where a fault holds it up.
  func lineIsUnderWay() async throws {
    var last = 0
    while true {
      let calls = try await twitch.events("fault.call", after: last, within: 10)
      if calls.contains(where: { $0.fields["path"] == "/helix/chat/messages" }) { return }
      last = calls.last?.sequence ?? last
    }
  }

  /// Starts `serve`; variables given here count more than those of the premises.
  func serve(_ arguments: [String] = [], _ environment: [String: String] = [:]) async throws -> RunningProgram {
    try await .start(["serve"] + arguments, environment: self.environment.merging(environment) { $1 })
  }

  /// A client of a gateway that says where it listens.
  func visitor(of gateway: RunningProgram) async throws -> Visitor {
    let line = try await gateway.says("chat-relay listens on http")
    return Visitor(String(try #require(line.split(separator: "//").last)), on: loop)
  }

  /// Writes the configuration file.
  func configure(_ text: String) throws { try text.write(toFile: file, atomically: true, encoding: .utf8) }

  /// Where the configuration file is.
  var file: String { folder + "/chat-relay.json" }
}

/// Runs a test on premises that are gone afterwards.
func withPremises(_ test: (Premises) async throws -> Void) async throws {
  let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  let folder = FileManager.default.temporaryDirectory.appending(path: "chat-relay-\(UUID().uuidString)").path
  let twitch = try await Simulator.start(logger: quiet)
  let loop = try EventLoop(logger: quiet)
  let result: Result<Void, any Error>
  do {
    try await test(try await Premises(twitch, folder, loop))
    result = .success(())
  } catch {
    result = .failure(error)
  }
  await loop.stop()
  await twitch.stop()
  try? FileManager.default.removeItem(atPath: folder)
  try result.get()
}

extension Premises {
  fileprivate init(_ twitch: Simulator, _ folder: String, _ loop: EventLoop) async throws {
    let store = try await Store.open(folder: folder + "/data", key: SealingKey(Self.key))
    let (alice, token) = try await store.addUser(named: "alice")
    try await twitch.addUser(Simulator.NewUser("alice", displayName: "Alice", id: "1"))
    try await twitch.goLive("alice")
    let pair = try await twitch.grant(Scope.chat.map(\.rawValue), by: "alice")
    account = try await store.linkAccount(
      NetworkIdentity(networkUserID: "1", name: "Alice", login: "alice"),
      tokens: NetworkTokens(accessToken: pair.accessToken, refreshToken: pair.refreshToken, scopes: pair.scope),
      to: alice.id
    ).id
    stream = try await store.addStream(named: "Show", accounts: [account], owner: alice.id).id
    _ = try await store.setChatWhenOffline(true, of: stream)
    (self.twitch, self.folder, self.loop, self.token) = (twitch, folder, loop, token)
  }
}
