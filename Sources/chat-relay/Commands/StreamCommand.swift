import ArgumentParser
import Storage

/// `chat-relay stream`: the rooms, whose chat they carry, and who may enter.
struct StreamCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Adds, lists, shares, changes and removes streams.",
    discussion: "EXAMPLE:\n  chat-relay stream add --user alice --name \"Morning Show\" --account 1",
    subcommands: [Add.self, List.self, Share.self, Set.self, Remove.self])

  /// A stream for programs; in lists also whose it is and its settings.
  struct Outcome: Encodable {
    let id: StreamID
    let name: String
    let slug: String
    let accounts: [AccountID]
    var user: String?
    var chatWhenOffline: Bool?

    init(_ stream: Storage.Stream) {
      id = stream.id
      name = stream.name
      slug = stream.slug
      accounts = stream.accounts
    }

    init(_ stream: Storage.Stream, in directory: Directory) {
      self.init(stream)
      user = directory.username(of: stream.owner)
      chatWhenOffline = stream.chatWhenOffline
    }
  }
}

extension StreamCommand {
  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add",
      abstract: "Adds a stream that carries the chat of one or more accounts.",
      discussion: "EXAMPLE:\n  chat-relay stream add --user alice --name \"Morning Show\" --account 1 2")

    @Option(help: "Whose stream it is.")
    var user: String
    @Option(help: "Its name; the part of addresses that is made of it must be new among the user's streams.")
    var name: String
    @Option(
      parsing: .upToNextOption,
      help: "The accounts whose chat it carries: ids of the user's own or of ones shared with the user.")
    var account: [AccountID] = []
    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions

    func run() async throws {
      let store = try await general.openStore(data)
      let owner = try await store.directory().required(user)
      let stream = try await store.addStream(named: name, accounts: account, owner: owner.id)
      try general.show(
        Outcome(stream), "Added stream \(stream.name) with the id \(stream.id). Its page: chat.html?stream=\(stream.id)"
      )
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Lists streams.",
      discussion: "EXAMPLE:\n  chat-relay stream list --user alice")

    @OptionGroup var owned: OwnerOptions

    func run() async throws {
      let (streams, directory) = try await owned.list(\.streams, by: \.owner)
      let rows = streams.map { stream in
        let accounts = directory.accounts(of: stream.id).map { "\($0.id) \($0.name)" }.joined(separator: ", ")
        let shares = directory.shares(of: stream.id).sorted { $0.key < $1.key }
          .map { "\(directory.username(of: $0.key)) \($0.value.chatLevel.rawValue)" }.joined(separator: ", ")
        return ["\(stream.id)", stream.name, stream.slug, directory.username(of: stream.owner), accounts, shares]
      }
      let table = Table(["id", "name", "slug", "user", "accounts", "chat levels"], rows)
      try owned.general.show(streams.map { Outcome($0, in: directory) }, "\(table)")
    }
  }

  struct Share: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "share",
      abstract: "Lets another user read a stream's chat, or write too.",
      discussion: "EXAMPLE:\n  chat-relay stream share 1 --with bob --chat-level 2")

    /// What programs are told of a share.
    struct Outcome: Encodable {
      let id: StreamID
      let with: String
      let chatLevel: Int
    }

    @Argument(help: "The stream's id.")
    var stream: StreamID
    @Option(help: "1 to read, 2 to read and write, 0 to take the share back.")
    var chatLevel: Int
    @OptionGroup var share: ShareOptions

    func validate() throws {
      guard ChatLevel(rawValue: chatLevel) != nil else { throw ValidationError("--chat-level must be 0, 1 or 2.") }
    }

    func run() async throws {
      let (store, directory, other) = try await share.open()
      let stream = try directory.required(stream)
      var levels = directory.shares(of: stream.id)[other.id] ?? StreamShare()
      levels.chatLevel = ChatLevel(rawValue: chatLevel) ?? .none
      try await store.shareStream(stream.id, with: other.id, levels)
      let may = ["may not enter", "may read", "may read and write in"][chatLevel]
      try share.general.show(
        Outcome(id: stream.id, with: other.username, chatLevel: chatLevel),
        "\(other.username) \(may) stream \(stream.id) (\(stream.name)).")
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set",
      abstract: "Changes a stream.",
      discussion: "EXAMPLE:\n  chat-relay stream set 1 --chat-when-offline on")

    /// A switch as people write it.
    enum Switch: String, ExpressibleByArgument, CaseIterable { case on, off }

    @Argument(help: "The stream's id.")
    var stream: StreamID
    @Option(help: "List the accounts, and let people write, while nobody is live too.")
    var chatWhenOffline: Switch?
    @Option(parsing: .upToNextOption, help: "The accounts whose chat it carries from now on, all of them.")
    var account: [AccountID] = []
    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions

    func validate() throws {
      if chatWhenOffline == nil, account.isEmpty {
        throw ValidationError("Say what to change: --chat-when-offline or --account.")
      }
    }

    func run() async throws {
      let store = try await general.openStore(data)
      var stream = try await store.directory().required(stream)
      if let chatWhenOffline {
        stream = try await store.setChatWhenOffline(chatWhenOffline == .on, of: stream.id)
      }
      if !account.isEmpty { stream = try await store.setAccounts(account, of: stream.id) }
      try general.show(
        StreamCommand.Outcome(stream),
        "Stream \(stream.id) (\(stream.name)): accounts \(stream.accounts.map(\.description).joined(separator: ", ")), "
          + "chat when offline \(stream.chatWhenOffline ? "on" : "off").")
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Removes a stream; its accounts stay linked.",
      discussion: "EXAMPLE:\n  chat-relay stream remove 1")

    @Argument(help: "The stream's id.")
    var stream: StreamID
    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions

    func run() async throws {
      let store = try await general.openStore(data)
      let stream = try await store.directory().required(stream)
      try await store.removeStream(stream.id)
      try general.show(Outcome(stream), "Removed stream \(stream.id) (\(stream.name)).")
    }
  }
}
