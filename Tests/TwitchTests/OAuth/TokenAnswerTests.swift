import Foundation
import Testing

@testable import Twitch

@Suite struct TokenAnswerTests {
  private let now = Date(timeIntervalSince1970: 1_773_511_200)

  @Test func anApplicationsTokenHasNoRefreshToken() throws {
    let pair = try Sample("oauth_app_token").decode(TokenAnswer.self).pair(at: now)
    #expect(pair.accessToken == Secret("a0b1c2d3e4f5g6h7i8j9k0l1m2n3o4"))
    #expect(pair.refreshToken == nil)
    #expect(pair.scopes.isEmpty)
    #expect(pair.expiresAt == now + 5_011_271)
  }

  @Test(arguments: [
    (
      "oauth_code_token", "u1s2r3t4o5k6e7n8u9s0r1t2o3k4e5", "r3fr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3sh1",
      14124.0
    ),
    (
      "oauth_device_token", "u1s2r3t4o5k6e7n8u9s0r1t2o3k4e5", "r3fr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3sh1",
      14820
    ),
    ("oauth_refresh_ok", "n3w2r3t4o5k6e7n8u9s0r1t2o3k4e5", "r3fr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3sh1", 14346),
    (
      "oauth_refresh_ok_public_client", "n3w2r3t4o5k6e7n8u9s0r1t2o3k4e5",
      "n3wr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3shr3fr3sh1", 14346
    ),
  ])
  func aUsersPairHasAllParts(_ sample: String, access: String, refresh: String, seconds: Double) throws {
    let pair = try Sample(sample).decode(TokenAnswer.self).pair(at: now)
    #expect(pair.accessToken == Secret(access))
    #expect(pair.refreshToken == Secret(refresh))
    #expect(pair.scopes == [.userBot, .userReadChat, .userWriteChat])
    #expect(pair.expiresAt == now + seconds)
  }

  @Test func scopesMayBeMissing() throws {
    let pair = try Sample("oauth_device_token_no_scope").decode(TokenAnswer.self).pair(at: now)
    #expect(pair.scopes.isEmpty)
    #expect(pair.refreshToken != nil)
  }

  @Test(arguments: [#""user:read:chat user:bot""#, #"["user:read:chat","user:bot"]"#])
  func scopesAreAStringOrAnArray(_ scopes: String) throws {
    let body = Data(#"{"access_token":"a","refresh_token":"r","scope":\#(scopes),"token_type":"bearer"}"#.utf8)
    let pair = try JSONDecoder().decode(TokenAnswer.self, from: body).pair(at: now)
    #expect(pair.scopes == [.userReadChat, .userBot])
    #expect(pair.expiresAt == nil)
  }
}
