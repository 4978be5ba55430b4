import ArgumentParser
import Twitch

/// `chat-relay subscription`: what Twitch delivers to the application, and what it stopped to deliver.
struct SubscriptionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subscription",
    abstract: "Lists the application's EventSub subscriptions and cleans up dead ones.",
    discussion: "EXAMPLE:\n  chat-relay subscription list --status enabled",
    subcommands: [List.self, Clean.self])

  /// A subscription for programs, in Twitch's words.
  struct Outcome: Encodable {
    let id: SubscriptionID
    let status: Subscription.Status
    let type: String
    let version: String
    let condition: [String: String]
    let method: String
    let conduitID: ConduitID?
    let cost: Int

    init(_ subscription: Subscription) {
      id = subscription.id
      status = subscription.status
      type = subscription.topic.type.rawValue
      version = subscription.topic.version
      condition = subscription.topic.condition
      method = subscription.transport.method.rawValue
      conduitID = subscription.transport.conduitID
      cost = subscription.cost
    }
  }

  /// Subscriptions in columns.
  static func table(_ subscriptions: [Subscription]) -> Table {
    let rows = subscriptions.map { subscription in
      let condition = subscription.topic.condition.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      let topic = subscription.topic
      return [
        subscription.id.rawValue, subscription.status.rawValue, "\(topic.type) v\(topic.version)",
        condition.joined(separator: " "),
      ]
    }
    return Table(["id", "status", "type", "condition"], rows)
  }
}

extension SubscriptionCommand {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Lists subscriptions, disabled ones too as long as Twitch lists them.",
      discussion: "EXAMPLE:\n  chat-relay subscription list --status authorization_revoked")

    @Option(help: "Only those with this status.")
    var status: String?
    @OptionGroup var general: GeneralOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      let filter = status.map { SubscriptionFilter.status(Subscription.Status($0)) }
      let subscriptions = try await general.callTwitch(twitch) { try await $0.helix.subscriptions(filter) }
      try general.show(subscriptions.map(Outcome.init), "\(SubscriptionCommand.table(subscriptions))")
    }
  }

  struct Clean: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "clean",
      abstract: "Deletes every subscription that is not enabled.",
      discussion: "EXAMPLE:\n  chat-relay subscription clean")

    /// What programs are told.
    struct Outcome: Encodable {
      let removed: [SubscriptionCommand.Outcome]
    }

    @OptionGroup var general: GeneralOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      let removed = try await general.callTwitch(twitch) { access in
        let dead = try await access.helix.subscriptions().filter { $0.status != .enabled }
        for subscription in dead {
          do {
            try await access.helix.deleteSubscription(subscription.id)
          } catch HelixError.notFound {
            // It ended by itself meanwhile, which is what was wanted.
          }
        }
        return dead
      }
      let summary =
        removed.isEmpty
        ? "All subscriptions are enabled; nothing to delete."
        : "Deleted \(removed.count):\n\(SubscriptionCommand.table(removed))"
      try general.show(Outcome(removed: removed.map { .init($0) }), summary)
    }
  }
}
