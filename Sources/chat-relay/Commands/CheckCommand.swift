import ArgumentParser
import Logging
import Storage
import Twitch

/// `chat-relay check`: what is wrong, before something does not work.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Says every wrong setting at once, and tries Twitch's tokens.",
    discussion: """
      Changes nothing: a user token that has ended is left to the gateway, which refreshes it. The status is 1 when \
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
    var reader = await general.reader(listen, server, data, twitch)
    let (_, data, twitch) = (ServerSettings(&reader), DataSettings(&reader), TwitchSettings(&reader))
    let logger = reader.logger(from: .error)
    do throws(WrongSettings) {
      try reader.finish()
    } catch {
      return error.problems.map { Finding(subject: "settings", ok: false, detail: $0.description) }
    }
    let settings = Finding(subject: "settings", ok: true, detail: "nothing is wrong with any of them")
    let (folder, accounts) = await lookAt(data)
    do {
      return [settings, folder] + (try await TwitchAccess.run(twitch, logger) { await $0.check(accounts) })
    } catch {
      return [settings, folder, Finding(subject: "event loop", ok: false, detail: "\(error)")]
    }
  }

  private func lookAt(_ data: DataSettings) async -> (Finding, [StoredAccount]) {
    let subject = "data folder \(data.folder)"
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
  /// Tries the application's token and each account's.
  fileprivate func check(_ accounts: [StoredAccount]) async -> [CheckCommand.Finding] {
    let subject = "Twitch application \(settings.application.clientID)"
    do throws(OAuthError) {
      _ = try await oauth.appToken()
    } catch {
      // Without it nothing can be said about the accounts either.
      return [CheckCommand.Finding(subject: subject, ok: false, detail: "\(error)")]
    }
    var findings = [CheckCommand.Finding(subject: subject, ok: true, detail: "Twitch hands out its token")]
    for account in accounts { findings.append(await check(account)) }
    return findings
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
