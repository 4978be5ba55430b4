import Foundation
import Glibc
import Logging
import Storage
import TwitchSimulator

/// A data folder with one user, and channels that have an account and a stream each, both numbered from 1; and a Twitch that has them.
struct Premises {
  let twitch: Simulator
  let token: AccessToken
  let channels: Int
  private let folder = FileManager.default.temporaryDirectory.appending(path: "relay-bench-\(UUID().uuidString)").path
  /// In memory, where the program's journal is by itself, too; a program that is killed leaves it there.
  private let runtimeFolder = "/dev/shm/relay-bench-\(UUID().uuidString)"
  /// What the program is told.
  let settings: [String: String]

  init(channels: Int) async throws {
    self.channels = channels
    twitch = try await Self.startTwitch()
    let key = String(repeating: "k", count: 32)
    let store = try await Store.open(folder: folder, key: SealingKey(key))
    let (user, token) = try await store.addUser(named: "bench")
    self.token = token
    for number in 1...channels {
      let name = "harbor\(number)"
      try await twitch.addUser(.init(name, id: .init("\(number)")))
      let pair = try await twitch.grant(["user:read:chat", "user:write:chat", "user:bot", "channel:bot"], by: name)
      let account = try await store.linkAccount(
        NetworkIdentity(networkUserID: "\(number)", name: name, login: name),
        tokens: NetworkTokens(accessToken: pair.accessToken, refreshToken: pair.refreshToken, scopes: pair.scope),
        to: user.id)
      // Nobody is live, and people write all the same.
      _ = try await store.addStream(named: name, accounts: [account.id], owner: user.id, chatWhenOffline: true)
    }
    try await twitch.subscribe(Self.topics, of: (1...channels).map { .init("\($0)") })
    let client = Simulator.Client.example
    settings = [
      "CHAT_RELAY_PORT": "0", "CHAT_RELAY_DATA": folder, "CHAT_RELAY_SECRET_KEY": key, "CHAT_RELAY_SHARDS": "1",
      "CHAT_RELAY_LOG_LEVEL": "error", "CHAT_RELAY_PUBLIC_FOLDER": Self.publicFolder,
      "TWITCH_CLIENT_ID": client.id.rawValue, "TWITCH_CLIENT_SECRET": client.secret ?? "",
      "TWITCH_API_URL": twitch.apiURL, "TWITCH_AUTH_URL": twitch.authURL, "TWITCH_EVENTSUB_URL": twitch.eventSubURL,
      "XDG_RUNTIME_DIR": runtimeFolder,
    ]
    try FileManager.default.createDirectory(atPath: runtimeFolder, withIntermediateDirectories: true)
  }

  /// A Twitch whose limits nobody meets and that ends no socket.
  static func startTwitch() async throws -> Simulator {
    var configuration = Simulator.Configuration()
    configuration.behavior.rateLimit = 1_000_000
    configuration.behavior.chatRateLimit = 1_000_000
    configuration.behavior.maximumCost = 1_000_000
    configuration.behavior.unusedSocketSeconds = 86_400
    configuration.behavior.pingSeconds = 0
    let quiet = Logger(label: "twitch") { _ in SwiftLogNoOpLogHandler() }
    return try await Simulator.start(configuration, logger: quiet)
  }

  /// What the program subscribes to for a channel: it finds it all there.
  private static let topics = [
    ("channel.chat.message", "1"), ("channel.chat.notification", "1"), ("channel.chat.message_delete", "1"),
    ("channel.chat.clear", "1"), ("channel.chat.clear_user_messages", "1"), ("stream.online", "1"),
    ("stream.offline", "1"), ("channel.update", "2"),
  ]

  /// Waits until Twitch delivers to the program, with every subscription.
  func settle() async throws {
    try await twitch.wait(for: .init(shards: 1, subscriptions: channels * Self.topics.count + 1), within: 60)
  }

  func end() async {
    await twitch.stop()
    for folder in [folder, runtimeFolder] { try? FileManager.default.removeItem(atPath: folder) }
  }

  private static let publicFolder =
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Public").standardized.path
}
