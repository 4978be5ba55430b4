import Foundation
import Testing

@testable import Twitch

@Suite struct OAuthErrorTests {
  @Test(arguments: [
    ("oauth_app_token_400_invalid_client", 400, OAuthError.invalidApplication(message: "invalid client")),
    ("oauth_app_token_403_invalid_secret", 403, .invalidApplication(message: "invalid client secret")),
    ("oauth_device_start_400_invalid_client", 400, .invalidApplication(message: "invalid client")),
    ("oauth_refresh_400_missing_secret", 400, .invalidApplication(message: "missing client secret")),
    ("oauth_revoke_404_client", 404, .invalidApplication(message: "client does not exist")),
    ("oauth_refresh_400_invalid", 400, .refused(status: 400, message: "Invalid refresh token")),
    ("oauth_code_400_invalid_code", 400, .refused(status: 400, message: "Invalid authorization code")),
    ("oauth_revoke_400_invalid_token", 400, .refused(status: 400, message: "Invalid token")),
    ("oauth_revoke_400_missing_token", 400, .refused(status: 400, message: "missing oauth token")),
    ("oauth_validate_401", 401, .refused(status: 401, message: "invalid access token")),
  ])
  func saysWhatTheCallerCanDo(_ sample: String, status: Int, error: OAuthError) throws {
    #expect(OAuthError(status: status, body: try Sample(sample).data) == error)
  }

  @Test(arguments: ["", "<html><body>502 Bad Gateway</body></html>", "[]", "null", #"{"message":7}"#])
  func needsNoBody(_ body: String) {
    #expect(OAuthError(status: 502, body: Data(body.utf8)) == .unavailable(status: 502))
    #expect(OAuthError(status: 400, body: Data(body.utf8)) == .refused(status: 400, message: ""))
  }

  /// A proxy's page or a redirection says nothing about anybody's token.
  @Test(arguments: [302, 307, 404, 405, 408, 410, 418, 429, 500, 599])
  func whatTheLoginServerNeverAnswersIsForNow(_ status: Int) {
    #expect(OAuthError(status: status, body: Data("<html></html>".utf8)) == .unavailable(status: status))
    #expect(OAuthError(status: 403, body: Data("<html></html>".utf8)) == .unavailable(status: 403))
  }

  @Test func readsTheBodyWithThreeKeys() {
    let body = Data(#"{"error":"Bad Request","status":400,"message":"Invalid refresh token"}"#.utf8)
    #expect(OAuthError(status: 400, body: body) == .refused(status: 400, message: "Invalid refresh token"))
  }

  @Test(arguments: [
    (OAuthError.unreachable(""), true), (.unanswered(""), true), (.unavailable(status: 503), true),
    (.notStored(""), true), (.unreadable(""), true),
    (.invalidApplication(message: ""), false), (.invalidToken, false), (.refused(status: 400, message: ""), false),
    (.relinkNeeded, false),
  ])
  func saysWhetherWaitingHelps(_ error: OAuthError, isTemporary: Bool) {
    #expect(error.isTemporary == isTemporary)
  }

  @Test func anAnswerThatMakesNoSenseIsNotShown() {
    #expect {
      try OAuthError.decoding(TokenAnswer.self, from: Data(#"{"access_token":["hush"]}"#.utf8))
    } throws: { error in
      error is OAuthError && !"\(error)".contains("hush")
    }
  }
}
