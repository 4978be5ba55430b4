import Foundation
import Testing

@testable import Twitch

@Suite struct HeldTokenTests {
  private let start = Date(timeIntervalSince1970: 1_773_511_200)

  private func token(lasting seconds: Double?) -> HeldToken {
    let pair = TokenPair(
      accessToken: Secret("a"), refreshToken: nil, expiresAt: seconds.map { start.addingTimeInterval($0) })
    return HeldToken(pair, at: start)
  }

  @Test func aLongTokenIsRenewedTenMinutesBeforeItsEnd() {
    let token = token(lasting: 5_000_000)
    #expect(token.isFresh(at: start + 4_999_399))
    #expect(!token.isFresh(at: start + 4_999_400))
    #expect(token.isUsable(at: start + 4_999_999))
    #expect(!token.isUsable(at: start + 5_000_000))
  }

  @Test func aShortTokenIsUsedForMostOfItsLife() {
    let token = token(lasting: 60)
    #expect(token.isFresh(at: start + 53))
    #expect(!token.isFresh(at: start + 54))
  }

  @Test func aRenewalThatIsUnderWayIsNotAskedForAgainForHalfAMinute() {
    var token = token(lasting: 60)
    token.postponeRenewal(at: start + 54)
    #expect(token.isFresh(at: start + 83))
    #expect(!token.isFresh(at: start + 84))
    #expect(!token.isUsable(at: start + 60))
  }

  @Test func aTokenWithoutAnEndLasts() {
    #expect(token(lasting: nil).isFresh(at: start + 1e9))
  }

  @Test func aTokenThatHasEndedIsNeverUsed() {
    #expect(!token(lasting: -5).isUsable(at: start))
    #expect(!token(lasting: 0).isFresh(at: start))
  }
}
