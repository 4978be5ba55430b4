import HTTPTypes
import Testing

@testable import TwitchSimulator

@Suite(.minutes) struct OAuthTests {
  @Test(arguments: [
    ("client_id=x&client_secret=y", 400, "invalid client"),
    ("client_id=\(Simulator.Client.example.id)&client_secret=y", 403, "invalid client secret"),
    ("client_id=\(Simulator.Client.example.id)", 400, "missing client secret"),
  ])
  func anAppTokenTakesTheRightSecret(form: String, status: Int, message: String) async throws {
    try await withTwitch { _, bot in
      let answer = try await bot.form("/oauth2/token", form + "&grant_type=client_credentials")
      #expect(answer.status == status)
      #expect(answer.body == ["message": .string(message), "status": .int(status)])
    }
  }

  @Test func aDeviceIsLinkedOnceAPersonApproves() async throws {
    try await withTwitch { twitch, bot in
      let start = try await bot.form(
        "/oauth2/device", "client_id=\(Simulator.Client.example.id)&scopes=user:read:chat%20user:bot")
      let code = try #require(start.body["device_code"]?.string)
      let userCode = try #require(start.body["user_code"]?.string)
      #expect(start.body["verification_uri"]?.string?.hasSuffix("device-code=\(userCode)") == true)
      let poll =
        "client_id=\(Simulator.Client.example.id)&scopes=user:read:chat&device_code=\(code)"
        + "&grant_type=urn:ietf:params:oauth:grant-type:device_code"
      #expect(try await bot.form("/oauth2/token", poll).message == "authorization_pending")
      try await twitch.wait(for: Simulator.Expectation(devices: 1))
      let page = try await bot.form("/activate", "user_code=\(userCode)&login=tidewatch&decision=approve")
      #expect(page.status == 200)
      let pair = try await bot.form("/oauth2/token", poll)
      #expect(pair.body["scope"] == ["user:read:chat", "user:bot"])
      let validated = try await bot.send(
        .get, "/oauth2/validate", ["Authorization": "OAuth \(pair.body["access_token"]?.string ?? "")"])
      #expect(validated.body["login"] == "tidewatch")
      #expect(try await bot.form("/oauth2/token", poll).message == "invalid device code")
    }
  }

  @Test func aDeniedDeviceAndAnOldOneHaveNoCode() async throws {
    try await withTwitch { twitch, bot in
      for isDenied in [true, false] {
        let start = try await bot.form("/oauth2/device", "client_id=\(Simulator.Client.example.id)")
        let userCode = try #require(start.body["user_code"]?.string)
        if isDenied { try await twitch.decideDevice(userCode, as: "tidewatch", approve: false) }
        if !isDenied { try await twitch.advanceClock(by: 1_801) }
        let poll = try await bot.form(
          "/oauth2/token",
          "client_id=\(Simulator.Client.example.id)&device_code=\(start.body["device_code"]?.string ?? "")"
            + "&grant_type=urn:ietf:params:oauth:grant-type:device_code")
        #expect(poll.message == "invalid device code")
      }
    }
  }

  @Test func aCodeComesBackToTheRedirectAndCanBeExchangedOnce() async throws {
    try await withTwitch({ $0.behavior.signedIn = "tidewatch" }) { _, bot in
      let redirect = "http%3A%2F%2Flocalhost%2Fdone"
      let answer = try await bot.send(
        .get,
        "/oauth2/authorize?client_id=\(Simulator.Client.example.id)&response_type=code&redirect_uri=\(redirect)"
          + "&scope=user%3Aread%3Achat&state=a%26b")
      #expect(answer.status == 302)
      let location = try #require(answer["Location"])
      #expect(location.hasPrefix("http://localhost/done?code="))
      #expect(location.hasSuffix("&scope=user%3Aread%3Achat&state=a%26b"))
      let code = location.dropFirst("http://localhost/done?code=".count).prefix { $0 != "&" }
      let exchange = Bot.secrets + "&grant_type=authorization_code&code=\(code)&redirect_uri="
      let wrong = try await bot.form("/oauth2/token", exchange + "http%3A%2F%2Felsewhere")
      #expect(wrong.message == "Parameter redirect_uri does not match registered URI")
      let right = try await bot.form("/oauth2/token", exchange + redirect)
      #expect(right.body["scope"] == ["user:read:chat"])
      #expect(try await bot.form("/oauth2/token", exchange + redirect).message == "Invalid authorization code")
    }
  }

  @Test func aConfidentialRefreshTokenStaysAndAPublicOneIsUsedUp() async throws {
    let widget = Simulator.Client(id: "publicclient", secret: nil)
    try await withTwitch({ $0.clients.append(widget) }) { twitch, bot in
      let kept = try await twitch.grant(["user:bot"], by: "relaydock").refreshToken
      let spent = try await twitch.grant(["user:bot"], by: "relaydock", client: "publicclient").refreshToken
      let confidential = Bot.secrets + "&grant_type=refresh_token&refresh_token=" + percentEncoded(kept)
      for _ in 0..<2 {
        #expect(try await bot.form("/oauth2/token", confidential).body["refresh_token"] == .string(kept))
      }
      let open = "client_id=publicclient&grant_type=refresh_token&refresh_token=" + percentEncoded(spent)
      let renewed = try await bot.form("/oauth2/token", open)
      #expect(renewed.status == 200)
      #expect(renewed.body["refresh_token"] != .string(spent))
      #expect(try await bot.form("/oauth2/token", open).message == "Invalid refresh token")
      // A client that does not encode what it posts loses the end of the token.
      let careless = try await bot.form(
        "/oauth2/token", Bot.secrets + "&grant_type=refresh_token&refresh_token=" + kept.dropLast())
      #expect(careless.message == "Invalid refresh token")
    }
  }

  @Test func aTokenEndsByTheClockByRevocationAndByDisconnecting() async throws {
    try await withTwitch { twitch, bot in
      func isValid(_ token: String) async throws -> Bool {
        try await bot.send(.get, "/oauth2/validate", ["Authorization": "OAuth \(token)"]).status == 200
      }
      let first = try await twitch.grant([], by: "tidewatch").accessToken
      #expect(try await isValid(first))
      try await twitch.advanceClock(by: 14_401)
      #expect(try await !isValid(first))
      let second = try await twitch.grant([], by: "tidewatch").accessToken
      let revoke = "client_id=\(Simulator.Client.example.id)&token=\(second)"
      #expect(try await bot.form("/oauth2/revoke", revoke).status == 200)
      #expect(try await bot.form("/oauth2/revoke", revoke).message == "Invalid token")
      let third = try await twitch.grant([], by: "tidewatch").accessToken
      try await twitch.revokeAuthorization(of: "tidewatch")
      #expect(try await !isValid(third))
    }
  }
}
