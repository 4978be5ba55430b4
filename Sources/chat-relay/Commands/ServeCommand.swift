import ArgumentParser
import ChatRelay
import Dispatch
import Glibc
import Logging

/// `chat-relay serve`: the gateway, until a signal ends it.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Runs the gateway.",
    discussion: """
      Prints its address when it serves; SIGTERM and SIGINT end it in good order within 10 seconds, a second one at once. \
      SIGHUP makes it read settings, certificate and pages again. GET /healthz answers as soon as it listens, GET /readyz \
      once Twitch delivers to every shard.

      EXAMPLE:
        chat-relay serve --port 8080 --config chat-relay.json
      """)

  /// What programs are told once it serves.
  struct Outcome: Encodable {
    let url: String
  }

  @OptionGroup var general: GeneralOptions
  @OptionGroup var listen: ListenOptions
  @OptionGroup(title: "Server options") var server: ServerOptions
  @OptionGroup(title: "Data options") var data: DataOptions
  @OptionGroup(title: "Twitch options") var twitch: TwitchOptions

  func run() async throws {
    let settings = try await settings()
    let level = SharedLogLevel(settings.logLevel)
    let logger = Logger(level: level)
    let (signals, hangups) = (StopSignals(), Signals([SIGHUP]))
    let lock = try settings.data.lock()
    defer { withExtendedLifetime((lock, hangups)) {} }
    let store = try await settings.data.openStore()
    let relay = try await signals.mayCutShort {
      try await Relay.start(settings.relay, store: store, logger: logger)
    }
    let url = settings.server.url(port: await relay.port)
    try general.show(Outcome(url: url), "chat-relay listens on \(url)")
    let reloading = Task { [arrivals = hangups.arrivals] in
      var reload = Reload(settings, level: level, logger: logger) { try await self.settings() }
      for await _ in arrivals { await reload.run(on: relay) }
    }
    await signals.wait()
    StopSignals.end(within: .milliseconds(9_500))
    reloading.cancel()
    await relay.stop()
  }

  private func settings() async throws -> ServeSettings {
    try ServeSettings(await general.reader(listen, server, data, twitch))
  }
}
