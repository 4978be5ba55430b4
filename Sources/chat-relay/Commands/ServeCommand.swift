import ArgumentParser
import ChatRelay
import Logging
import Twitch

/// `chat-relay serve`: the gateway, until a signal ends it.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Runs the gateway.",
    discussion: """
      Prints its address when it serves; SIGTERM and SIGINT end it. GET /healthz answers from then on, GET /readyz once \
      Twitch delivers to every shard.

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
    var reader = await general.reader(listen, server, data, twitch)
    let (server, data, twitch) = (ServerSettings(&reader), DataSettings(&reader), TwitchSettings(&reader))
    let logger = reader.logger(from: .info)
    try reader.finish()

    let signals = StopSignals()
    let store = try await data.openStore()
    let relay = try await signals.mayCutShort {
      try await Relay.start(server.relay(twitch), store: store, logger: logger)
    }
    let url = server.url(port: await relay.port)
    try general.show(Outcome(url: url), "chat-relay listens on \(url)")
    await signals.wait()
    await relay.stop()
  }
}
