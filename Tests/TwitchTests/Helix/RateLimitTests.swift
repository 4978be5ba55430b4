import Foundation
import HTTPTypes
import Testing

@testable import Twitch

@Suite struct RateLimitTests {
  private let now = ContinuousClock.now
  private let date = Date(timeIntervalSince1970: 1_773_511_500)

  private func headers(_ kind: String) throws -> HTTPFields {
    let fields = try #require(try Sample("helix_ratelimit_headers").decode([String: [String: String]].self)[kind])
    var headers = HTTPFields()
    for (name, value) in fields { headers[try #require(HTTPField.Name(name))] = value }
    return headers
  }

  @Test func readsTheHeaders() throws {
    let limit = try #require(RateLimit(try headers("exhausted"), at: now, date: date))
    #expect(limit == RateLimit(limit: 800, remaining: 0, resetsAt: now + .seconds(60)))
    #expect(limit.wait(at: now) == .seconds(60))
    #expect(limit.wait(at: now + .seconds(60)) == .zero)
  }

  @Test func aBucketThatIsFullAlreadyIsFullNow() throws {
    let limit = try #require(RateLimit(try headers("normal"), at: now, date: date + 3600))
    #expect(limit == RateLimit(limit: 800, remaining: 799, resetsAt: now))
  }

  @Test func aWrongClockNeverStopsTheRelayForLong() throws {
    let limit = try #require(RateLimit(try headers("exhausted"), at: now, date: date - 86_400))
    #expect(limit.resetsAt == now + .seconds(300))
  }

  @Test(arguments: ["", "nan", "soon", "1e99", "99999999999999999999"])
  func headersThatMakeNoSenseSayNothing(_ reset: String) {
    let headers: HTTPFields = [.rateLimitLimit: "800", .rateLimitRemaining: "1", .rateLimitReset: reset]
    #expect(RateLimit(headers, at: now, date: date) == nil)
  }

  @Test func workInBulkKeepsAShareForOthers() {
    let reset = now + .seconds(30)
    #expect(RateLimit(limit: 800, remaining: 41, resetsAt: reset).wait(keeping: 0.05, at: now) == .zero)
    #expect(RateLimit(limit: 800, remaining: 40, resetsAt: reset).wait(keeping: 0.05, at: now) == .seconds(30))
    #expect(RateLimit(limit: 800, remaining: 40, resetsAt: reset).wait(at: now) == .zero)
    #expect(RateLimit(limit: 800, remaining: 0, resetsAt: reset).wait(at: now) == .seconds(30))
  }
}
