import ArgumentParser
import FoundationEssentials
import Logging
import Storage
import Twitch

extension AccountCommand {
  struct Link: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "link",
      abstract: "Links a Twitch account: shows an address and a code, and waits until its owner agreed.",
      discussion: """
        Linking an account again renews what it may do and keeps its id. With --json the address and the code go to \
        standard error, and the linked account to standard output.

        EXAMPLE:
          chat-relay account link --user alice
        """)

    @Option(help: "Whose account it becomes.")
    var user: String
    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      let invite = invite
      try await general.link(for: user, data, twitch) { access in
        let code = try await access.oauth.startDeviceCode(scopes: Scope.chat)
        invite(code)
        return try await access.oauth.waitForGrant(code, on: access.loop)
      }
    }

    private var invite: @Sendable (DeviceCode) -> Void {
      let isJSON = general.json
      return { code in
        let text = """
          Open this address, and sign in as the account to link:

            \(code.verificationURL)

          The code, if it asks for one: \(code.userCode)
          Waiting for \(code.expiresIn.components.seconds / 60) minutes; Ctrl-C gives up.
          """
        if isJSON { Terminal.note(text) } else { Terminal.say(text) }
      }
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add",
      abstract: "Links a Twitch account by a token pair that was made elsewhere for the same client id.",
      discussion: """
        Whose account it is and what it may do is asked at Twitch.

        EXAMPLE:
          chat-relay account add --user alice --access-token T --refresh-token R
        """)

    @Option(help: "Whose account it becomes.")
    var user: String
    @Option(help: "The user access token.")
    var accessToken: String
    @Option(help: "The refresh token that came with it.")
    var refreshToken: String
    @OptionGroup var general: GeneralOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var twitch: TwitchOptions

    func run() async throws {
      let pair = TokenPair(accessToken: Secret(accessToken), refreshToken: Secret(refreshToken))
      try await general.link(for: user, data, twitch) { _ in pair }
    }
  }
}

extension GeneralOptions {
  /// Gets a pair, asks Twitch whose it is and what it may do, and links that account.
  fileprivate func link(
    for username: String, _ data: DataOptions, _ twitch: TwitchOptions,
    _ pair: @escaping @Sendable (isolated TwitchAccess) async throws -> TokenPair
  ) async throws {
    var reader = await reader(data, twitch)
    let (settings, twitch) = (DataSettings(&reader), TwitchSettings(&reader))
    let logger = reader.logger(from: .error)
    try reader.finish()

    let store = try await settings.openStore()
    let user = try await store.directory().required(username)
    let (identity, tokens) = try await TwitchAccess.run(twitch, logger) { access in
      try await access.identify(try await pair(access))
    }
    let account = try await store.linkAccount(identity, tokens: tokens, to: user.id)
    try show(
      AccountCommand.Outcome(account),
      """
      Linked the Twitch account \(account.name) to \(user.username), with the id \(account.id).
      \(GrantedScopes(tokens.scopes.map { Scope($0) }))
      """)
  }
}
