import FoundationEssentials
import HTTPTypes
import Testing
import WebSockets

@testable import Twitch

@Suite(.timeLimit(.minutes(1))) struct UserTokenTests {
  private let old = Secret("old")

  @Test func aHundredCallersMakeOneRefresh() async throws {
    try await withTwitch { twitch, _ in
      await twitch.untilArrivals(100)
      return .token("new", refresh: "r2")
    } _: { [old] twitch async throws in
      let keeper = twitch.userToken { pair in
        #expect(pair.accessToken == Secret("new"))
        #expect(pair.refreshToken == Secret("r2"))
        #expect(pair.scopes == [.userBot])
        await twitch.note("saved")
      }
      let callers = (0..<100).map { _ in
        Task {
          twitch.arrive()
          return try await keeper.refresh(insteadOf: old)
        }
      }
      for caller in callers { #expect(try await caller.value == Secret("new")) }
      #expect(try await keeper.refresh(insteadOf: old) == Secret("new"))
      #expect(twitch.requests.count == 1)
      #expect(twitch.requests[0].form["refresh_token"] == "r%3D=&+ 1")
      #expect(twitch.notes == ["saved"])
      #expect(try keeper.current() == Secret("new"))
    }
  }

  @Test func aNewPairIsStoredBeforeItIsUsed() async throws {
    try await withTwitch { _, _ in
      .token("new", refresh: "r2")
    } _: { [old] twitch async throws in
      let keeper = twitch.userToken { _ in
        await twitch.note("saving")
        await twitch.arrive()
        await twitch.untilArrivals(2)
      }
      let caller = Task {
        let token = try await keeper.refresh(insteadOf: old)
        twitch.note("used")
        return token
      }
      await twitch.untilArrivals(1)
      #expect(try keeper.current() == old)
      #expect(twitch.notes == ["saving"])
      twitch.arrive()
      #expect(try await caller.value == Secret("new"))
      #expect(twitch.notes == ["saving", "used"])
    }
  }

  @Test func aPairThatCannotBeStoredIsKeptForTheNextTry() async throws {
    struct DiskFull: Error {}
    try await withTwitch { _, _ in
      .token("new", refresh: "r2")
    } _: { [old] twitch async throws in
      let keeper = twitch.userToken { _ in
        if await twitch.note("saving") == 1 { throw DiskFull() }
      }
      await expect(throws: OAuthError.notStored("DiskFull()")) { try await keeper.refresh(insteadOf: old) }
      #expect(try keeper.current() == old)
      #expect(try await keeper.refresh(insteadOf: old) == Secret("new"))
      #expect(twitch.requests.count == 1)
      #expect(twitch.notes == ["saving", "saving"])
    }
  }

  @Test func aRefusedRefreshIsToldOnce() async throws {
    try await withTwitch { twitch, _ in
      await twitch.untilArrivals(10)
      return try .sample("oauth_refresh_400_invalid", status: .badRequest)
    } _: { [old] twitch async throws in
      let keeper = twitch.userToken()
      let callers = (0..<10).map { _ in
        Task {
          twitch.arrive()
          return try await keeper.refresh(insteadOf: old)
        }
      }
      for caller in callers { await expect(throws: OAuthError.relinkNeeded) { try await caller.value } }
      #expect(throws: OAuthError.relinkNeeded) { try keeper.current() }
      await expect(throws: OAuthError.relinkNeeded) { try await keeper.refresh(insteadOf: old) }
      await expect(throws: OAuthError.relinkNeeded) { try await keeper.validate() }
      #expect(keeper.state == .relinkNeeded)
      #expect(twitch.notes == ["relinkNeeded"])
      #expect(twitch.requests.count == 1)
    }
  }

  @Test func anAccountThatIsLinkedAgainWorks() async throws {
    try await withTwitch { _, _ in
      try .sample("oauth_refresh_400_invalid", status: .badRequest)
    } _: { [old] twitch async throws in
      let keeper = twitch.userToken()
      await expect(throws: OAuthError.relinkNeeded) { try await keeper.refresh(insteadOf: old) }
      keeper.replace(with: TokenPair(accessToken: Secret("linked"), refreshToken: Secret("r")))
      #expect(try keeper.current() == Secret("linked"))
      keeper.replace(with: TokenPair(accessToken: Secret("again"), refreshToken: Secret("r")))
      #expect(twitch.notes == ["relinkNeeded", "usable"])
    }
  }

  @Test func linkingAgainDuringARefreshWins() async throws {
    try await withTwitch { twitch, _ in
      twitch.arrive()
      await twitch.untilArrivals(2)
      return try .sample("oauth_refresh_400_invalid", status: .badRequest)
    } _: { [old] twitch async throws in
      let keeper = twitch.userToken()
      let caller = Task {
        _ = twitch; return try await keeper.refresh(insteadOf: old)
      }
      await twitch.untilArrivals(1)
      keeper.replace(with: TokenPair(accessToken: Secret("linked"), refreshToken: Secret("r")))
      twitch.arrive()
      #expect(try await caller.value == Secret("linked"))
      #expect(keeper.state == .usable)
    }
  }

  @Test func aServerThatIsAwayChangesNothing() async throws {
    try await withTwitch { twitch, _ in
      twitch.requests.count == 1 ? Response(.badGateway) : .token("new", refresh: "r2")
    } _: { [old] twitch async throws in
      let keeper = twitch.userToken()
      await expect(throws: OAuthError.unavailable(status: 502)) { try await keeper.refresh(insteadOf: old) }
      #expect(keeper.state == .usable)
      #expect(try await keeper.refresh(insteadOf: old) == Secret("new"))
      #expect(twitch.notes.isEmpty)
    }
  }

  @Test func withoutARefreshTokenAnAccountNeedsLinking() async throws {
    try await withTwitch { _, _ in
      nil
    } _: { [old] twitch async throws in
      let keeper = twitch.userToken()
      keeper.replace(with: TokenPair(accessToken: old, refreshToken: nil))
      await expect(throws: OAuthError.relinkNeeded) { try await keeper.refresh(insteadOf: old) }
      #expect(twitch.requests.isEmpty)
    }
  }

  /// What Twitch says of a token of this application.
  private static let validation = Response.json(
    Data(
      #"{"client_id":"client","user_id":"900112233","scopes":["user:bot","user:read:chat","user:write:chat"]}"#.utf8))

  @Test func aTokenOfAnotherApplicationHasNoScopes() async throws {
    try await withTwitch { _, _ in
      try .sample("oauth_validate_user")
    } _: { twitch async throws in
      let keeper = twitch.userToken()
      try await keeper.validate()
      #expect(keeper.scopes == [])
      // The settings may be wrong, and right again soon.
      #expect(keeper.state == .usable)
    }
  }

  @Test func validatingRefreshesATokenThatEnded() async throws {
    try await withTwitch { _, request in
      if request.isForToken { return .token("new", refresh: "r2") }
      return request.headers[.authorization] == "OAuth new"
        ? Self.validation : try .sample("oauth_validate_401", status: .unauthorized)
    } _: { twitch async throws in
      let keeper = twitch.userToken()
      #expect(try await keeper.validate().userID == "900112233")
      #expect(twitch.requests.map(\.line) == ["GET /oauth2/validate", "POST /oauth2/token", "GET /oauth2/validate"])
      #expect(try keeper.current() == Secret("new"))
      #expect(keeper.scopes == [.userBot, .userReadChat, .userWriteChat])
    }
  }

  @Test(arguments: ["oauth_validate_user", "oauth_validate_app"])
  func someoneElsesTokenIsNotUsed(_ sample: String) async throws {
    try await withTwitch { _, _ in
      try .sample(sample)
    } _: { twitch async throws in
      let keeper = twitch.userToken("1")
      await expect(throws: OAuthError.relinkNeeded) { try await keeper.validate() }
      #expect(twitch.notes == ["relinkNeeded"])
    }
  }

  @Test func aValidationDuringARefreshDoesNotLoseThePair() async throws {
    try await withTwitch { twitch, request in
      guard request.isForToken else { return try .sample("oauth_validate_user") }
      twitch.arrive()
      await twitch.untilArrivals(2)
      return .token("new", refresh: "r2")
    } _: { [old] twitch async throws in
      let keeper = twitch.userToken()
      let caller = Task {
        _ = twitch; return try await keeper.refresh(insteadOf: old)
      }
      await twitch.untilArrivals(1)
      try await keeper.validate()
      twitch.arrive()
      #expect(try await caller.value == Secret("new"))
      #expect(try keeper.current() == Secret("new"))
    }
  }

  @Test(arguments: ["900112233", "1"] as [TwitchUserID])
  func linkingAgainDuringAValidationWins(_ userID: TwitchUserID) async throws {
    try await withTwitch { twitch, _ in
      twitch.arrive()
      await twitch.untilArrivals(2)
      return try .sample("oauth_validate_user")
    } _: { twitch async throws in
      let keeper = twitch.userToken(userID)
      let caller = Task {
        _ = twitch; return try await keeper.validate()
      }
      await twitch.untilArrivals(1)
      keeper.replace(with: TokenPair(accessToken: Secret("linked"), refreshToken: Secret("r"), scopes: [.userBot]))
      twitch.arrive()
      #expect(try await caller.value.userID == "900112233")
      #expect(keeper.scopes == [.userBot])
      #expect(keeper.state == .usable)
    }
  }
}
