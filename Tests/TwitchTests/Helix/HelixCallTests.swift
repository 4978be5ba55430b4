import Testing

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
    (SubscriptionFilter.status(.enabled), "status=enabled"), (.type("stream.online"), "type=stream.online"),
    (.user("7"), "user_id=7"), (.conduit("c=1"), "conduit_id=c%3D1"),
  ])
  func aFilterIsOneParameter(_ filter: SubscriptionFilter, query: String) {
    #expect(formEncoded([filter.query]) == query)
  }

  @Test func batchesKeepTheOrder() {
    #expect(Array(0..<250).batches(of: 100).map(\.count) == [100, 100, 50])
    #expect(Array(0..<250).batches(of: 100).flatMap { $0 } == Array(0..<250))
    #expect([Int]().batches(of: 100).isEmpty)
    #expect(Array(0..<100).batches(of: 100).count == 1)
  }
}
