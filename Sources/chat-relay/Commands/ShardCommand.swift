import ArgumentParser
import FoundationEssentials
import Twitch

/// `chat-relay shard`: how the conduits' shards are doing, as Twitch sees it.
struct ShardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shard",
    abstract: "Lists the shards of the application's conduits.",
    discussion: "EXAMPLE:\n  chat-relay shard list --status enabled",
    subcommands: [List.self])

  /// A shard for programs, in Twitch's words.
  struct Outcome: Encodable, Sendable {
    struct Transport: Encodable, Sendable {
      let method: String
      let sessionID: String?
      let callback: String?
      let connectedAt: String?
      let disconnectedAt: String?
    }

    let conduitID: String
    let id: String
    let status: String
    let transport: Transport?

    private static func text(_ time: Timestamp) -> String {
      time.date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    init(_ shard: Shard, of conduit: ConduitID) {
      conduitID = conduit.rawValue
      id = shard.id.rawValue
      status = shard.status.rawValue
      transport = shard.transport.map { transport in
        Transport(
          method: transport.method.rawValue, sessionID: transport.sessionID?.rawValue, callback: transport.callback,
          connectedAt: transport.connectedAt.map(Self.text), disconnectedAt: transport.disconnectedAt.map(Self.text))
      }
    }
  }
}

extension ShardCommand {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Lists shards that were ever given a transport.",
      discussion: """
        Twitch's statuses: enabled, webhook_callback_verification_pending, webhook_callback_verification_failed, \
        notification_failures_exceeded, websocket_disconnected, websocket_failed_ping_pong, \
        websocket_received_inbound_traffic, websocket_internal_error, websocket_network_timeout, \
        websocket_network_error, websocket_failed_to_reconnect.

        EXAMPLE:
          chat-relay shard list --status websocket_disconnected
        """)

    @Option(help: "Only those of this conduit.")
    var conduit: String?
    @Option(help: "Only those with this status.")
    var status: String?
    @OptionGroup var general: GeneralOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      let (only, status) = (conduit.map { ConduitID($0) }, status.map { Shard.Status($0) })
      let shards = try await general.callTwitch(twitch) { access in
        var shards: [Outcome] = []
        let conduits = if let only { [only] } else { try await access.helix.conduits().map(\.id) }
        for conduit in conduits {
          shards += try await access.helix.shards(of: conduit, status: status).map { Outcome($0, of: conduit) }
        }
        return shards
      }
      let rows = shards.map { shard in
        let place = shard.transport?.sessionID ?? shard.transport?.callback ?? ""
        return [shard.conduitID, shard.id, shard.status, shard.transport?.method ?? "", place]
      }
      try general.show(shards, "\(Table(["conduit", "shard", "status", "transport", "session or callback"], rows))")
    }
  }
}
