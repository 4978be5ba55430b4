import Foundation
import Testing

@testable import Twitch

@Suite struct DeviceAnswerTests {
  private let now = Date(timeIntervalSince1970: 1_773_511_200)

  @Test func theCodeHasAllThatAPersonNeeds() throws {
    let code = try Sample("oauth_device_start").decode(DeviceCodeAnswer.self).deviceCode(scopes: Scope.chat)
    #expect(code.userCode == "KHTRWQZB")
    #expect(code.verificationURL == "https://www.twitch.tv/activate?public=true&device-code=KHTRWQZB")
    #expect(code.deviceCode == Secret("dV1c3C0d3dV1c3C0d3dV1c3C0d3dV1c3C0d3AbCd"))
    #expect(code.interval == .seconds(5))
    #expect(code.expiresIn == .seconds(1800))
    #expect(code.scopes == Scope.chat)
  }

  @Test func pollsAreNeverCloserThanASecond() throws {
    let body = Data(#"{"device_code":"d","user_code":"u","verification_uri":"v","interval":0}"#.utf8)
    let code = try JSONDecoder().decode(DeviceCodeAnswer.self, from: body).deviceCode(scopes: [])
    #expect(code.interval == .seconds(1))
    #expect(code.expiresIn == .seconds(1800))
  }

  @Test func aPersonWhoIsNotDoneIsWaitedFor() throws {
    #expect(try DeviceAnswer(status: 400, body: try Sample("oauth_device_pending").data, now: now) == .pending)
  }

  @Test func askingTooOftenSlowsDown() throws {
    let body = Data(#"{"status":400,"message":"slow_down"}"#.utf8)
    #expect(try DeviceAnswer(status: 400, body: body, now: now) == .slowDown)
  }

  @Test func anyOtherRefusalIsTheEnd() throws {
    let invalid = try Sample("oauth_device_invalid_code").data
    #expect(try DeviceAnswer(status: 400, body: invalid, now: now) == .ended(message: "invalid device code"))
    let denied = Data(#"{"status":400,"message":"access_denied"}"#.utf8)
    #expect(try DeviceAnswer(status: 400, body: denied, now: now) == .ended(message: "access_denied"))
  }

  @Test func aYesBringsThePair() throws {
    let pair = try Sample("oauth_device_token").decode(TokenAnswer.self).pair(at: now)
    #expect(try DeviceAnswer(status: 200, body: try Sample("oauth_device_token").data, now: now) == .granted(pair))
  }

  @Test func aServerThatIsAwayIsAnError() {
    #expect(throws: OAuthError.unavailable(status: 503)) {
      try DeviceAnswer(status: 503, body: Data(), now: now)
    }
  }
}
