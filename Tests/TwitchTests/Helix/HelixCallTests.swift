import Testing
import WebSockets

@testable import Twitch

@Suite struct HelixCallTests {
  @Test func aCallWithoutAQueryIsJustItsPath() {
    #expect(HelixCall.get("eventsub/conduits").url(below: "http://h/helix") == "http://h/helix/eventsub/conduits")
  }

  @Test func listsRepeatTheirName() {
    let call = HelixCall.get("users", [("id", "1"), ("id", "2"), ("login", "a b")])
    #expect(call.url(below: "http://h/helix") == "http://h/helix/users?id=1&id=2&login=a%20b")
  }

  @Test(arguments: [
    (SubscriptionFilter.status(.enabled), "status=enabled"), (.conduit("c=1"), "conduit_id=c%3D1"),
  ])
  func aFilterIsOneParameter(_ filter: SubscriptionFilter, query: String) {
    #expect(formEncoded([filter.query]) == query)
  }

  @Test func usersAreLookedUpAHundredACall() {
    let ids = (0..<150).map { TwitchUserID(String($0)) }
    let queries = HelixCall.users(ids: ids).map(\.query)
    #expect(queries.map(\.count) == [100, 50])
    #expect(queries.joined().filter { $0.name == "id" }.map(\.value) == ids.map(\.rawValue))
  }

  @Test func streamsAreLookedUpAHundredACall() {
    let calls = HelixCall.streams(of: (0..<101).map { TwitchUserID(String($0)) })
    #expect(calls.map { $0.query.count { $0.name == "user_id" } } == [100, 1])
    #expect(calls.map { $0.query.first?.name } == ["first", "first"])
    #expect(calls.map { $0.query.first?.value } == ["100", "100"])
  }
}
