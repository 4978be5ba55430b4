import ArgumentParser
import Storage

/// `chat-relay user`: who may sign in.
struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user",
    abstract: "Adds, lists and removes users of this gateway.",
    discussion: "EXAMPLE:\n  chat-relay user add alice",
    subcommands: [Add.self, List.self, Token.self, Remove.self])

  /// A user for programs; the token only when it was made just now.
  struct Outcome: Encodable {
    let id: UserID
    let username: String
    var accessToken: String?

    init(_ user: User, _ token: AccessToken? = nil) {
      id = user.id
      username = user.username
      accessToken = token?.reveal()
    }
  }
}

extension UserCommand {
  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add",
      abstract: "Adds a user and prints the access token, once.",
      discussion: """
        The token cannot be shown again; 'user token NAME' makes another one.

        EXAMPLE:
          chat-relay user add alice
        """)

    @Argument(help: "The user's name: 1 to 40 letters, digits, '_', '-' or '.'.")
    var name: String
    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions

    func run() async throws {
      let (user, token) = try await general.openStore(data).addUser(named: name)
      try general.show(
        Outcome(user, token),
        "Added user \(user.username) with the id \(user.id). The access token, shown only now:\n\(token.reveal())")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Lists users.",
      discussion: "EXAMPLE:\n  chat-relay user list --json")

    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions

    func run() async throws {
      let directory = try await general.openStore(data).directory()
      let users = directory.users.values.sorted { $0.id < $1.id }
      let rows = users.map { user in
        let accounts = directory.accounts.values.filter { $0.owner == user.id }.count
        let streams = directory.streams.values.filter { $0.owner == user.id }.count
        return ["\(user.id)", user.username, "\(accounts)", "\(streams)"]
      }
      try general.show(users.map { Outcome($0) }, "\(Table(["id", "username", "accounts", "streams"], rows))")
    }
  }

  struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "token",
      abstract: "Makes a new access token for a user and prints it, once.",
      discussion: """
        Tokens are stored as hashes, so none that exists can be shown.

        EXAMPLE:
          chat-relay user token alice --reset
        """)

    @Argument(help: "The user's name.")
    var name: String
    @Flag(help: "End all tokens that the user had.")
    var reset = false
    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions

    func run() async throws {
      let store = try await general.openStore(data)
      let user = try await store.directory().required(name)
      let token =
        reset ? try await store.resetAccessTokens(for: user.id) : try await store.addAccessToken(for: user.id)
      let rest = reset ? "All earlier ones have ended." : "Earlier ones stay valid; --reset ends them."
      try general.show(
        Outcome(user, token),
        "A new access token for \(user.username), shown only now:\n\(token.reveal())\n\(rest)")
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Removes a user with that user's accounts, streams and tokens.",
      discussion: """
        Twitch tokens are only forgotten; 'account remove' before revokes them at Twitch too.

        EXAMPLE:
          chat-relay user remove alice
        """)

    @Argument(help: "The user's name.")
    var name: String
    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions

    func run() async throws {
      let store = try await general.openStore(data)
      let user = try await store.directory().required(name)
      try await store.removeUser(user.id)
      try general.show(Outcome(user), "Removed user \(user.username) and everything of that user.")
    }
  }
}
