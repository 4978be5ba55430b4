import Logging
import Storage
import Testing
import Twitch
import TwitchSimulator

@testable import chat_relay

@Suite(.timeLimit(.minutes(1))) struct TwitchAccessTests {
  @Test func whoseAPairIsAndWhatItMayDoIsAskedAtTwitch() async throws {
    try await withSimulator { simulator, settings in
      let pair = try await simulator.grant(Scope.chat.map(\.rawValue), by: "alice")
      let (identity, tokens) = try await identify(pair, settings)
      #expect(identity.name == "Alice" && identity.login == "alice")
      #expect(tokens.accessToken == pair.accessToken && tokens.refreshToken == pair.refreshToken)
      #expect(GrantedScopes(tokens.scopes.map { Scope($0) }).missing.isEmpty)
    }
  }

  @Test func anAccessTokenThatHasEndedIsRefreshed() async throws {
    try await withSimulator { simulator, settings in
      let pair = try await simulator.grant(Scope.chat.map(\.rawValue), by: "alice")
      try await simulator.expireTokens(of: "alice")
      let (identity, tokens) = try await identify(pair, settings)
      #expect(identity.login == "alice")
      #expect(tokens.accessToken != pair.accessToken)
    }
  }

  @Test func aPairOfAnotherApplicationIsRefused() async throws {
    try await withSimulator { simulator, settings in
      let pair = try await simulator.grant(["user:read:chat"], by: "alice", client: "other")
      await #expect(throws: LinkError.otherApplication) { try await identify(pair, settings) }
    }
  }

  @Test func aWrongSecretIsToldAndNotShown() async throws {
    try await withSimulator(secret: "wrong-secret") { _, settings in
      let error = await #expect(throws: OAuthError.self) {
        try await TwitchAccess.run(settings, logger) { _ = try await $0.oauth.appToken() }
      }
      #expect(error?.description.contains("client secret") == true)
      #expect(error?.description.contains("wrong-secret") == false)
    }
  }

  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func identify(
    _ pair: Simulator.TokenPair, _ settings: TwitchSettings
  ) async throws -> (NetworkIdentity, NetworkTokens) {
    let pair = TokenPair(accessToken: Secret(pair.accessToken), refreshToken: Secret(pair.refreshToken))
    return try await TwitchAccess.run(settings, logger) { try await $0.identify(pair) }
  }

  /// Runs a test beside a simulated Twitch that knows alice and two applications, of which ours is the first.
  private func withSimulator(
    secret: String? = nil, _ test: (Simulator, TwitchSettings) async throws -> Void
  ) async throws {
    var configuration = Simulator.Configuration()
    configuration.clients.append(Simulator.Client(id: "other", secret: "other-secret"))
    let simulator = try await Simulator.start(configuration, logger: logger)
    do {
      try await simulator.addUser(Simulator.NewUser("alice", displayName: "Alice"))
      var reader = try await makeReader(environment: [
        "TWITCH_CLIENT_ID": Simulator.Client.example.id.rawValue,
        "TWITCH_CLIENT_SECRET": secret ?? Simulator.Client.example.secret ?? "",
        "TWITCH_API_URL": simulator.apiURL, "TWITCH_AUTH_URL": simulator.authURL,
      ])
      let settings = TwitchSettings(&reader)
      try reader.finish()
      try await test(simulator, settings)
    } catch {
      await simulator.stop()
      throw error
    }
    await simulator.stop()
  }
}
