import ArgumentParser
import WebSockets

/// The program: every command is a file in `Commands`.
@main
struct ChatRelayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat-relay",
    abstract: "Relays Twitch chat to browsers and back.",
    discussion: """
      Settings come from flags, variables and a file, in this order; docs/configuration.md lists them.

      EXAMPLE:
        chat-relay demo
      """,
    version: "0.1.0",
    subcommands: [
      ServeCommand.self, DemoCommand.self, SimulatorCommand.self, CheckCommand.self, UserCommand.self,
      AccountCommand.self, StreamCommand.self, ConduitCommand.self, ShardCommand.self, SubscriptionCommand.self,
    ])

  static func main() async {
    Heap.share()
    await main(nil)
  }
}
