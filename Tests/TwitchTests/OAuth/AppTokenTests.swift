import Foundation
import HTTPTypes
import Testing
import WebSockets

@testable import Twitch

@Suite(.timeLimit(.minutes(1))) struct AppTokenTests {
  /// Hands out "token 1", "token 2", …, each after so many callers have come.
  private func withTokens(
    after callers: Int = 0, _ body: @Sendable (isolated StandIn) async throws -> Void
  ) async throws {
    try await withTwitch { twitch, _ in
      let number = twitch.requests.count
      await twitch.untilArrivals(callers)
      return .token("token \(number)")
    } _: { twitch async throws in
      try await body(twitch)
    }
  }

  @Test func aHundredCallersMakeOneFetch() async throws {
    try await withTokens(after: 100) { twitch async throws in
      let callers = (0..<100).map { _ in
        Task {
          twitch.arrive()
          return try await twitch.appToken.current()
        }
      }
      for caller in callers { #expect(try await caller.value == Secret("token 1")) }
      #expect(twitch.requests.count == 1)
      #expect(try await twitch.appToken.current() == Secret("token 1"))
      #expect(twitch.requests.count == 1)
    }
  }

  @Test func aBurstOfRefusalsMakesOneFetch() async throws {
    try await withTokens { twitch async throws in
      let refused = try await twitch.appToken.current()
      let callers = (0..<100).map { _ in
        Task {
          twitch.appToken.drop(refused)
          return try await twitch.appToken.current()
        }
      }
      for caller in callers { #expect(try await caller.value == Secret("token 2")) }
      twitch.appToken.drop(refused)
      #expect(try await twitch.appToken.current() == Secret("token 2"))
      #expect(twitch.requests.count == 2)
    }
  }

  @Test func aFailureReachesAllWhoWaitAndIsForgotten() async throws {
    try await withTwitch { twitch, _ in
      let number = twitch.requests.count
      await twitch.untilArrivals(10)
      return number == 1 ? Response(.serviceUnavailable) : .token("token")
    } _: { twitch async throws in
      let callers = (0..<10).map { _ in
        Task {
          twitch.arrive()
          return try await twitch.appToken.current()
        }
      }
      for caller in callers {
        await #expect(throws: OAuthError.unavailable(status: 503)) { try await caller.value }
      }
      #expect(twitch.requests.count == 1)
      #expect(try await twitch.appToken.current() == Secret("token"))
    }
  }

  @Test func nearItsEndTheOldTokenServesUntilTheNewOneIsThere() async throws {
    let start = Date.now
    try await withTwitch { twitch, request in
      guard request.isForToken else { return Response(.unauthorized) }
      let number = twitch.tokenRequests
      if number == 2 { await twitch.untilArrivals(1) }
      return number < 3 ? .token("token \(number)") : Response(.serviceUnavailable)
    } _: { twitch async throws in
      let token = twitch.appToken
      token.clock = { start }
      #expect(try await token.current() == Secret("token 1"))
      token.clock = { start + 4_999_500 }
      // The login server takes its time, and nobody waits for it.
      for _ in 0..<3 { #expect(try await token.current() == Secret("token 1")) }
      twitch.arrive()
      while try await token.current() == Secret("token 1") { await twitch.roundTrip() }
      #expect(try await token.current() == Secret("token 2"))
      // The next renewal comes to nothing, and is not tried again at once.
      token.clock = { start + 4_999_990 }
      #expect(try await token.current() == Secret("token 2"))
      while twitch.tokenRequests < 3 { await twitch.roundTrip() }
      #expect(try await token.current() == Secret("token 2"))
      await twitch.roundTrip()
      #expect(twitch.tokenRequests == 3)
    }
  }

  @Test func aTokenThatHasEndedIsFetchedAgain() async throws {
    try await withTwitch { twitch, _ in
      .token("token \(twitch.requests.count)", expiresIn: 0)
    } _: { twitch async throws in
      #expect(try await twitch.appToken.current() == Secret("token 1"))
      #expect(try await twitch.appToken.current() == Secret("token 2"))
    }
  }
}

extension StandIn {
  fileprivate var tokenRequests: Int { requests.count(where: \.isForToken) }

  /// Asks for something else, so that what is under way gets on.
  fileprivate func roundTrip() async { _ = try? await oauth.validate(Secret("another")) }
}
