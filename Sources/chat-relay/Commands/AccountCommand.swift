import ArgumentParser
import ChatRelay
import Logging
import Storage
import Twitch

/// `chat-relay account`: the Twitch accounts that are read and written with.
struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account",
    abstract: "Links, lists, shares and removes Twitch accounts.",
    discussion: "EXAMPLE:\n  chat-relay account link --user alice",
    subcommands: [Link.self, Add.self, List.self, Share.self, Remove.self])

  /// An account for programs; in lists also whose it is and whether Twitch takes its tokens.
  struct Outcome: Encodable {
    let id: AccountID
    let name: String
    let network: String
    let networkUserID: String
    var user: String?
    var state: String?

    init(_ account: Account) {
      id = account.id
      name = account.name
      network = account.identity.network
      networkUserID = account.identity.networkUserID
    }

    init(_ account: Account, in directory: Directory) {
      self.init(account)
      user = directory.username(of: account.owner)
      state = account.state == .usable ? "usable" : "relink_needed"
    }
  }
}

extension AccountCommand {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Lists linked accounts.",
      discussion: "EXAMPLE:\n  chat-relay account list --user alice")

    @OptionGroup var owned: OwnerOptions

    func run() async throws {
      let (accounts, directory) = try await owned.list(\.accounts, by: \.owner)
      let rows = accounts.map { account in
        let sharers = directory.users(sharing: account.id).map(\.username).joined(separator: ", ")
        let state = account.state == .usable ? "usable" : "must be linked again"
        return [
          "\(account.id)", account.name, account.identity.network, account.identity.networkUserID,
          directory.username(of: account.owner), sharers, state,
        ]
      }
      let table = Table(["id", "name", "network", "network id", "user", "shared with", "state"], rows)
      try owned.general.show(accounts.map { Outcome($0, in: directory) }, "\(table)")
    }
  }

  struct Share: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "share",
      abstract: "Lets another user write with an account.",
      discussion: """
        EXAMPLE:
          chat-relay account share 1 --with bob
          chat-relay account share 1 --with bob --stop
        """)

    /// What programs are told of a share.
    struct Outcome: Encodable {
      let id: AccountID
      let with: String
      let shared: Bool
    }

    @Argument(help: "The account's id.")
    var account: AccountID
    @Flag(help: "Take the share back; the account leaves the other user's streams as well.")
    var stop = false
    @OptionGroup var share: ShareOptions

    func run() async throws {
      let (store, directory, other) = try await share.open()
      let account = try directory.required(account)
      if stop {
        try await store.unshareAccount(account.id, from: other.id)
      } else {
        try await store.shareAccount(account.id, with: other.id)
      }
      try share.general.show(
        Outcome(id: account.id, with: other.username, shared: !stop),
        "\(other.username) may \(stop ? "not " : "")write with account \(account.id) (\(account.name)).")
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Unlinks an account everywhere and revokes its token at Twitch.",
      discussion: """
        When Twitch cannot be reached nothing is removed, so that no token stays valid unnoticed; --forget removes the \
        account without asking Twitch.

        EXAMPLE:
          chat-relay account remove 1
        """)

    @Argument(help: "The account's id.")
    var account: AccountID
    @Flag(help: "Do not revoke the token at Twitch.")
    var forget = false
    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      var reader = await general.reader(data, twitch)
      let settings = DataSettings(&reader)
      let logger = reader.logger(from: .error)
      let twitch = forget ? nil : TwitchSettings(&reader)
      try reader.finish()

      let store = try await settings.openStore()
      let account = try await store.directory().required(account)
      if let twitch {
        let tokens = try await store.tokens(of: account.id)
        try await TwitchAccess.run(twitch, logger) { try await $0.oauth.revoke(TokenPair(tokens)) }
      }
      try await store.removeAccount(account.id)
      let revoked = forget ? "Its token was not revoked." : "Its token is revoked at Twitch."
      try general.show(Outcome(account), "Removed account \(account.id) (\(account.name)). \(revoked)")
    }
  }
}
