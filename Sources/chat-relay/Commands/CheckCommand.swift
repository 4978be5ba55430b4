import ArgumentParser
import Logging
import Storage
import Twitch
import WebSockets

/// `chat-relay check`: what is wrong, before something does not work.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Says every wrong setting at once, and tries address, data folder and Twitch's tokens.",
    discussion: """
      Changes nothing, also beside a gateway that runs: a user token that has ended is left to the gateway, which refreshes it. The status is 1 when \
      anything is wrong.

      EXAMPLE:
        chat-relay check --config chat-relay.json
      """)

  /// What was looked at, and what was found.
  struct Finding: Encodable, Sendable {
    let subject: String
    let ok: Bool
    let detail: String
  }

  /// All findings for programs.
  struct Outcome: Encodable {
    let ok: Bool
    let findings: [Finding]
  }

  @OptionGroup var general: GeneralOptions
  @OptionGroup var listen: ListenOptions
  @OptionGroup(title: "Server options") var server: ServerOptions
  @OptionGroup(title: "Data options") var data: DataOptions
  @OptionGroup(title: "Twitch options") var twitch: TwitchOptions

  func run() async throws {
    let findings = await findings()
    let isFine = findings.allSatisfy(\.ok)
    let lines = findings.map { "\($0.ok ? "ok   " : "WRONG")  \($0.subject): \($0.detail)" }
    try general.show(Outcome(ok: isFine, findings: findings), lines.joined(separator: "\n"))
    if !isFine { throw ExitCode.failure }
  }

  private func findings() async -> [Finding] {
    let settings: ServeSettings
    do throws(WrongSettings) {
      settings = try ServeSettings(await general.reader(listen, server, data, twitch))
    } catch {
      return error.problems.map { Finding(subject: "settings", ok: false, detail: $0.description) }
    }
    let fine = Finding(subject: "settings", ok: true, detail: "nothing is wrong with any of them")
    let (folder, accounts) = await lookAt(settings.data)
    do {
      let logger = Logger(level: SharedLogLevel(settings.logLevel))
      return try await TwitchAccess.run(settings.twitch, logger) { access in
        await [fine, folder, access.tryListening(settings)] + access.check(accounts)
      }
    } catch {
      return [fine, folder, Finding(subject: "event loop", ok: false, detail: "\(error)")]
    }
  }

  private func lookAt(_ data: DataSettings) async -> (Finding, [StoredAccount]) {
    let subject = "data folder \(data.folder)"
    guard data.isThere else { return (Finding(subject: subject, ok: true, detail: "made when first used"), []) }
    do {
      let store = try await data.openStore()
      let directory = try await store.directory()
      var accounts: [StoredAccount] = []
      for account in directory.accounts.values.sorted(by: { $0.id < $1.id }) {
        accounts.append(
          StoredAccount(account: account, token: Secret(try await store.tokens(of: account.id).accessToken)))
      }
      let counts = "users \(directory.users.count), accounts \(accounts.count), streams \(directory.streams.count)"
      return (Finding(subject: subject, ok: true, detail: counts), accounts)
    } catch {
      return (Finding(subject: subject, ok: false, detail: "\(error)"), [])
    }
  }
}

/// An account with its opened token.
struct StoredAccount: Sendable {
  let account: Account
  let token: Secret
}

extension TwitchAccess {
  /// Listens for a moment, as `serve` would: address, port and certificate are tried by that.
  fileprivate func tryListening(_ settings: ServeSettings) -> CheckCommand.Finding {
    let subject = settings.server.url(port: settings.server.server.port)
    do throws(ServerError) {
      try Server(settings.server.server, on: loop, respond: { _ in nil }, upgrade: { _ in .refuse(.text("")) }).stop()
      return CheckCommand.Finding(subject: subject, ok: true, detail: "can be listened on")
    } catch .addressInUse where FolderLock.isTaken(settings.data.folder) {
      return CheckCommand.Finding(subject: subject, ok: true, detail: "taken, and a gateway runs on this data folder")
    } catch {
      return CheckCommand.Finding(subject: subject, ok: false, detail: "\(error)")
    }
  }

  /// Tries the application's token, Twitch's three addresses and each account's token.
  fileprivate func check(_ accounts: [StoredAccount]) async -> [CheckCommand.Finding] {
    let endpoints = settings.endpoints
    var findings = [
      await finding(about: "Twitch application \(settings.application.clientID)", "Twitch hands out its token") {
        _ = try await self.oauth.appToken()
      }
    ]
    // Without it nothing can be said about the rest either.
    guard findings[0].ok else { return findings }
    findings.append(
      await finding(about: "Helix \(endpoints.api)", "answers") { _ = try await self.helix.conduits() })
    findings.append(
      await finding(about: "EventSub \(endpoints.eventSub)", "takes a connection") {
        try await WebSocket.connect(to: endpoints.eventSub, on: self.loop).close()
      })
    for account in accounts { findings.append(await check(account)) }
    return findings
  }

  private func finding(
    about subject: String, _ success: String, _ attempt: () async throws -> Void
  ) async -> CheckCommand.Finding {
    do {
      try await attempt()
      return CheckCommand.Finding(subject: subject, ok: true, detail: success)
    } catch {
      return CheckCommand.Finding(subject: subject, ok: false, detail: "\(error)")
    }
  }

  private func check(_ stored: StoredAccount) async -> CheckCommand.Finding {
    let subject = "account \(stored.account.id) (\(stored.account.name))"
    func finding(_ ok: Bool, _ detail: String) -> CheckCommand.Finding {
      CheckCommand.Finding(subject: subject, ok: ok, detail: detail)
    }
    guard stored.account.state == .usable else { return finding(false, "must be linked again: 'account link'") }
    do throws(OAuthError) {
      let validation = try await oauth.validate(stored.token)
      guard validation.clientID == settings.application.clientID else {
        return finding(false, "\(LinkError.otherApplication)")
      }
      let missing = GrantedScopes(validation.scopes).missing
      if missing.isEmpty { return finding(true, "its token is valid and may do all that is needed") }
      return finding(false, "lacks \(missing.map(\.rawValue).joined(separator: ", ")): link it again")
    } catch .invalidToken {
      return finding(true, "its access token has ended; the gateway refreshes it")
    } catch {
      return finding(false, "\(error)")
    }
  }
}
