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

  @Test func aBucketFillsWithinAMinuteWhateverTheClocksSay() throws {
    for skew in [3600.0, -3600, -86_400] {
      let limit = try #require(RateLimit(try headers("exhausted"), at: now, date: date + skew))
      #expect(limit == RateLimit(limit: 800, remaining: 0, resetsAt: now + .seconds(60)))
    }
  }

  @Test(arguments: ["", "nan", "soon", "1e99", "99999999999999999999", "1773511510000", "0"])
  func aTimeThatMakesNoSenseIsAMinuteAway(_ reset: String) {
    let headers: HTTPFields = [.rateLimitLimit: "800", .rateLimitRemaining: "1", .rateLimitReset: reset]
    #expect(
      RateLimit(headers, at: now, date: date) == RateLimit(limit: 800, remaining: 1, resetsAt: now + .seconds(60)))
  }

  @Test func whatIsLeftIsLearntWithoutATime() {
    let headers: HTTPFields = [.rateLimitLimit: "800", .rateLimitRemaining: "7"]
    #expect(
      RateLimit(headers, at: now, date: date) == RateLimit(limit: 800, remaining: 7, resetsAt: now + .seconds(60)))
  }

  @Test func withoutWhatIsLeftNothingIsLearnt() {
    #expect(RateLimit([.rateLimitLimit: "800"], at: now, date: date) == nil)
    #expect(RateLimit([.rateLimitLimit: "800", .rateLimitRemaining: "many"], at: now, date: date) == nil)
  }

  @Test func workInBulkKeepsAShareForOthers() {
    let reset = now + .seconds(30)
    #expect(RateLimit(limit: 800, remaining: 41, resetsAt: reset).wait(keeping: 0.05, at: now) == .zero)
    #expect(RateLimit(limit: 800, remaining: 40, resetsAt: reset).wait(keeping: 0.05, at: now) == .seconds(30))
    #expect(RateLimit(limit: 800, remaining: 40, resetsAt: reset).wait(at: now) == .zero)
    #expect(RateLimit(limit: 800, remaining: 0, resetsAt: reset).wait(at: now) == .seconds(30))
  }
}
