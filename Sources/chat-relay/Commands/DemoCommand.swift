import ArgumentParser
import ChatRelay
import FoundationEssentials
import Glibc
import Logging
import Storage
import Twitch
import TwitchSimulator

/// `chat-relay demo`: a gateway and a simulated Twitch that need nothing and leave nothing behind.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Shows everything against a simulated Twitch: one live channel, two users, their chat pages.",
    discussion: """
      Everything is in a temporary folder, which is removed at the end.

      EXAMPLE:
        chat-relay demo --port 9000
      """)

  @OptionGroup var general: GeneralOptions
  @OptionGroup var listen: ListenOptions

  func run() async throws {
    var reader = await general.reader(listen)
    let server = ServerSettings(&reader)
    let logger = reader.logger(from: .warning)
    try reader.finish()

    // There is nothing to read again: a terminal that is closed ends it, and what it leaves behind goes with it.
    let signals = StopSignals(SIGTERM, SIGINT, SIGHUP)
    let folder = FileManager.default.temporaryDirectory.appending(path: "chat-relay-demo-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let simulator = try await Simulator.start(logger: logger)
    do {
      let relay = try await start(server, folder.path, simulator, logger)
      await signals.wait()
      // Those who watch a demo that ends are not kept waiting.
      await relay.stop(within: .seconds(3))
    } catch {
      await simulator.stop()
      throw error
    }
    await simulator.stop()
  }

  private func start(
    _ server: ServerSettings, _ folder: String, _ simulator: Simulator, _ logger: Logger
  ) async throws -> Relay {
    let store = try await Store.open(folder: folder, key: SealingKey.load(environmentValue: nil, folder: folder))
    let scene = try await DemoScene.make(in: store, simulator)
    let client = Simulator.Client.example
    var configuration = Relay.Configuration(
      publicFolder: server.publicFolder,
      application: Application(clientID: ClientID(client.id.rawValue), clientSecret: Secret(client.secret ?? "")),
      endpoints: Endpoints(api: simulator.apiURL, auth: simulator.authURL, eventSub: simulator.eventSubURL))
    configuration.server = server.server
    configuration.emoteTemplate = simulator.emoteTemplate
    let relay = try await Relay.start(configuration, store: store, logger: logger)
    let url = server.url(port: await relay.port)
    try general.show(
      DemoOutcome(scene, url, simulator.origin), scene.description(url: url, simulator: simulator.origin))
    return relay
  }
}
