import ArgumentParser
import Logging
import TwitchSimulator

/// `chat-relay simulator`: a Twitch on loopback, until a signal ends it.
struct SimulatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulator",
    abstract: "Runs a simulated Twitch, for this gateway or for any Twitch client.",
    discussion: """
      Prints the variables that point a gateway at it. docs/simulator.md says how it is told what to do.

      EXAMPLE:
        chat-relay simulator --port 8081 --live alice
      """)

  /// What a client needs to know of it.
  struct Outcome: Encodable {
    let url: String
    let apiURL: String
    let authURL: String
    let eventSubURL: String
    let clientID: String
    let clientSecret: String?

    private enum CodingKeys: String, CodingKey {
      case url, apiURL, authURL, clientID, clientSecret
      case eventSubURL = "eventsub_url"
    }
  }

  @Option(help: "The address to listen on; anything but loopback opens its controls to the network.")
  var host = "127.0.0.1"
  @Option(help: "The port to listen on; 0 picks a free one.")
  var port: UInt16 = 8081
  @Option(help: "What its random decisions are derived from.")
  var seed: UInt64 = 1
  @Option(parsing: .upToNextOption, help: "Channels to begin with, live and with talkative chatters.")
  var live: [String] = []
  @OptionGroup var general: GeneralOptions

  func run() async throws {
    var reader = await general.reader()
    let logger = reader.logger(from: .info)
    try reader.finish()

    let signals = StopSignals()
    var configuration = Simulator.Configuration()
    configuration.host = host
    configuration.port = Int(port)
    configuration.seed = seed
    let client = Simulator.Client.example
    let simulator = try await Simulator.start(configuration, logger: logger)
    for channel in live { try await simulator.addTalkativeChannel(channel) }
    try announce(simulator, client)
    await signals.wait()
    await simulator.stop()
  }

  private func announce(_ simulator: Simulator, _ client: Simulator.Client) throws {
    let outcome = Outcome(
      url: simulator.origin, apiURL: simulator.apiURL, authURL: simulator.authURL, eventSubURL: simulator.eventSubURL,
      clientID: client.id.rawValue, clientSecret: client.secret)
    try general.show(
      outcome,
      """
      The simulated Twitch listens on \(outcome.url)
        export TWITCH_CLIENT_ID=\(outcome.clientID)
        export TWITCH_CLIENT_SECRET=\(outcome.clientSecret ?? "")
        export TWITCH_API_URL=\(outcome.apiURL)
        export TWITCH_AUTH_URL=\(outcome.authURL)
        export TWITCH_EVENTSUB_URL=\(outcome.eventSubURL)
      """)
  }
}

extension Simulator {
  /// Makes a channel that is live and whose chatters talk.
  func addTalkativeChannel(_ name: String) throws {
    try addUser(NewUser(name.lowercased(), displayName: name, broadcasterType: "partner"))
    try goLive(
      name.lowercased(), ChannelChange(title: "Talking with everybody", category: "Just Chatting", viewers: 128))
    try startTalk(in: name.lowercased())
  }
}
