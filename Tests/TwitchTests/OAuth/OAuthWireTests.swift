import HTTPTypes
import Testing
import WebSockets

@testable import Twitch

@Suite(.timeLimit(.minutes(1))) struct OAuthWireTests {
  @Test func anApplicationAsksWithItsSecret() async throws {
    try await withTwitch { _, _ in
      try .sample("oauth_app_token")
    } _: { twitch async throws in
      let pair = try await twitch.oauth.appToken()
      #expect(pair.accessToken == Secret("a0b1c2d3e4f5g6h7i8j9k0l1m2n3o4"))
      let request = try #require(twitch.requests.first)
      #expect(request.line == "POST /oauth2/token")
      #expect(request.headers[.contentType] == "application/x-www-form-urlencoded")
      #expect(
        request.form == ["client_id": "client", "client_secret": "s=cr%t", "grant_type": "client_credentials"])
    }
  }

  @Test func aRefreshTokenArrivesAsItIs() async throws {
    try await withTwitch { _, _ in
      try .sample("oauth_refresh_ok_public_client")
    } _: { twitch async throws in
      let pair = try await twitch.oauth.refresh(Secret("r%3D=&+ 1"))
      #expect(pair.refreshToken == Secret("n3wr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3sh1"))
      #expect(
        twitch.requests.first?.form == [
          "client_id": "client", "client_secret": "s=cr%t", "grant_type": "refresh_token",
          "refresh_token": "r%3D=&+ 1",
        ])
    }
  }

  @Test func aRefreshTokenThatIsNotReplacedStays() async throws {
    try await withTwitch { _, _ in
      .token("new")
    } _: { twitch async throws in
      #expect(try await twitch.oauth.refresh(Secret("same")).refreshToken == Secret("same"))
    }
  }

  @Test func validationShowsTheToken() async throws {
    try await withTwitch { _, request in
      request.headers[.authorization] == "OAuth good"
        ? try .sample("oauth_validate_user") : try .sample("oauth_validate_401", status: .unauthorized)
    } _: { twitch async throws in
      #expect(try await twitch.oauth.validate(Secret("good")).userID == "900112233")
      #expect(twitch.requests.first?.line == "GET /oauth2/validate")
      await #expect(throws: OAuthError.invalidToken) { try await twitch.oauth.validate(Secret("bad")) }
    }
  }

  /// With the token that has ended nothing is taken back, and the refresh token would go on working.
  @Test func ofAPairThatHasEndedTheNextOneIsTakenBack() async throws {
    try await withTwitch { _, request in
      switch request.path {
      case "/oauth2/validate": try .sample("oauth_validate_401", status: .unauthorized)
      case "/oauth2/token": .token("next", refresh: "r2")
      default: Response(.ok)
      }
    } _: { twitch async throws in
      try await twitch.oauth.revoke(TokenPair(accessToken: Secret("ended"), refreshToken: Secret("r1")))
      #expect(twitch.requests.map(\.path) == ["/oauth2/validate", "/oauth2/token", "/oauth2/revoke"])
      #expect(twitch.requests.last.map { String(decoding: $0.body, as: UTF8.self).contains("token=next") } == true)
    }
  }

  @Test func revokingIsDoneWhenTheTokenIsGone() async throws {
    try await withTwitch { _, request in
      switch request.form["token"] {
      case "good": Response(.ok)
      case "spent": try .sample("oauth_revoke_400_invalid_token", status: .badRequest)
      default: try .sample("oauth_revoke_404_client", status: .notFound)
      }
    } _: { twitch async throws in
      try await twitch.oauth.revoke(Secret("good"))
      try await twitch.oauth.revoke(Secret("spent"))
      let error = OAuthError.invalidApplication(message: "client does not exist")
      await #expect(throws: error) { try await twitch.oauth.revoke(Secret("other")) }
      #expect(twitch.requests.first?.line == "POST /oauth2/revoke")
      #expect(twitch.requests.first?.form == ["client_id": "client", "token": "good"])
    }
  }

  @Test func aDeviceLoginWaitsForThePerson() async throws {
    try await withTwitch { twitch, request in
      if request.path == "/oauth2/device" { return try .sample("oauth_device_start") }
      switch twitch.requests.count {
      case 2: return try .sample("oauth_device_pending", status: .badRequest)
      case 3: return Response(.badGateway)
      case 4: return nil
      default: return try .sample("oauth_device_token")
      }
    } _: { twitch async throws in
      let start = try await twitch.oauth.startDeviceCode(scopes: [.userBot, .userReadChat])
      let code = DeviceCode(
        deviceCode: start.deviceCode, userCode: start.userCode, verificationURL: start.verificationURL,
        scopes: start.scopes, interval: .milliseconds(1), expiresIn: .seconds(60))
      let pair = try await twitch.oauth.waitForGrant(code, on: twitch.eventLoop)
      #expect(pair.accessToken == Secret("u1s2r3t4o5k6e7n8u9s0r1t2o3k4e5"))
      #expect(twitch.requests.count == 5)
      #expect(twitch.requests[0].form == ["client_id": "client", "scopes": "user:bot user:read:chat"])
      #expect(
        twitch.requests[1].form == [
          "client_id": "client", "scopes": "user:bot user:read:chat",
          "device_code": "dV1c3C0d3dV1c3C0d3dV1c3C0d3dV1c3C0d3AbCd",
          "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        ])
    }
  }

  @Test func aDeviceLoginEndsWithItsCode() async throws {
    try await withTwitch { _, _ in
      try .sample("oauth_device_invalid_code", status: .badRequest)
    } _: { twitch async throws in
      func code(expiresIn: Duration) -> DeviceCode {
        DeviceCode(
          deviceCode: Secret("d"), userCode: "u", verificationURL: "v", scopes: [], interval: .milliseconds(1),
          expiresIn: expiresIn)
      }
      let invalid = OAuthError.refused(status: 400, message: "invalid device code")
      await #expect(throws: invalid) {
        try await twitch.oauth.waitForGrant(code(expiresIn: .seconds(60)), on: twitch.eventLoop)
      }
      await #expect(throws: OAuthError.refused(status: 400, message: "the code is too old")) {
        try await twitch.oauth.waitForGrant(code(expiresIn: .zero), on: twitch.eventLoop)
      }
      #expect(twitch.requests.count == 1)
    }
  }

  @Test func aServerThatHangsUpHasNotAnswered() async throws {
    try await withTwitch { _, _ in
      nil
    } _: { twitch async throws in
      await #expect {
        try await twitch.oauth.appToken()
      } throws: { error in
        if case OAuthError.unanswered = error { true } else { false }
      }
    }
  }

  @Test func aServerThatIsNotThereIsNotReached() async throws {
    let gone = try await withTwitch { _, _ in
      nil
    } _: { twitch async throws in
      twitch.endpoints
    }
    try await withTwitch { _, _ in
      nil
    } _: { twitch async throws in
      await #expect {
        try await twitch.oauth(at: gone).appToken()
      } throws: { error in
        if case OAuthError.unreachable = error { true } else { false }
      }
      #expect(twitch.requests.isEmpty)
    }
  }
}
