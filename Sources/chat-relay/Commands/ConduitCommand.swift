import ArgumentParser
import Twitch

/// `chat-relay conduit`: the application's conduits at Twitch, by hand.
struct ConduitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conduit",
    abstract: "Lists, creates, resizes and deletes the application's conduits at Twitch.",
    discussion: """
      A running gateway makes and keeps its own conduit; none of this is needed for it.

      EXAMPLE:
        chat-relay conduit list
      """,
    subcommands: [List.self, Create.self, Resize.self, Delete.self])

  /// A conduit for programs.
  struct Outcome: Encodable {
    let id: ConduitID
    let shardCount: Int

    init(_ conduit: Conduit) {
      id = conduit.id
      shardCount = conduit.shardCount
    }
  }
}

extension ConduitCommand {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Lists the application's conduits.", discussion: "EXAMPLE:\n  chat-relay conduit list --json")

    @OptionGroup var general: GeneralOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      let conduits = try await general.callTwitch(twitch) { try await $0.helix.conduits() }
      let rows = conduits.map { [$0.id.rawValue, "\($0.shardCount)"] }
      try general.show(conduits.map(Outcome.init), "\(Table(["id", "shards"], rows))")
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create",
      abstract: "Creates a conduit; Twitch allows five.",
      discussion: "EXAMPLE:\n  chat-relay conduit create --shards 5")

    @Option(help: "How many shards it has.")
    var shards: Int
    @OptionGroup var general: GeneralOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      let count = shards
      let conduit = try await general.callTwitch(twitch) { try await $0.helix.createConduit(shardCount: count) }
      try general.show(Outcome(conduit), "Created conduit \(conduit.id) with \(conduit.shardCount) shards.")
    }
  }

  struct Resize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "resize",
      abstract: "Gives a conduit another number of shards; channels may move to other shards.",
      discussion: "EXAMPLE:\n  chat-relay conduit resize bfcfc791-4b4c-47f4-8f5a-7b8d0e3f1c9d --shards 10")

    @Argument(help: "The conduit's id.")
    var id: String
    @Option(help: "How many shards it has from now on.")
    var shards: Int
    @OptionGroup var general: GeneralOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      let (id, count) = (ConduitID(id), shards)
      let conduit = try await general.callTwitch(twitch) { try await $0.helix.updateConduit(id, shardCount: count) }
      try general.show(Outcome(conduit), "Conduit \(conduit.id) has \(conduit.shardCount) shards now.")
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "delete",
      abstract: "Deletes a conduit with its shards and, some time later, its subscriptions.",
      discussion: "EXAMPLE:\n  chat-relay conduit delete bfcfc791-4b4c-47f4-8f5a-7b8d0e3f1c9d")

    /// What programs are told.
    struct Outcome: Encodable {
      let id: ConduitID
    }

    @Argument(help: "The conduit's id.")
    var id: String
    @OptionGroup var general: GeneralOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      let id = ConduitID(id)
      try await general.callTwitch(twitch) { try await $0.helix.deleteConduit(id) }
      try general.show(Outcome(id: id), "Deleted conduit \(id).")
    }
  }
}
