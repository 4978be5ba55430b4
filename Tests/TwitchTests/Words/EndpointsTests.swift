import Testing

@testable import Twitch

@Suite struct EndpointsTests {
  @Test func areTwitchsWhereNothingElseIsSaid() {
    let endpoints = Endpoints()
    #expect(endpoints.api == "https://api.twitch.tv/helix")
    #expect(endpoints.auth == "https://id.twitch.tv/oauth2")
    #expect(endpoints.eventSub == "wss://eventsub.wss.twitch.tv/ws")
  }

  @Test func loseSlashesAtTheirEnd() {
    let endpoints = Endpoints(api: "http://localhost:1/helix/", auth: "http://localhost:1//", eventSub: "ws://h/ws")
    #expect(endpoints.api == "http://localhost:1/helix")
    #expect(endpoints.auth == "http://localhost:1")
    #expect(endpoints.eventSub == "ws://h/ws")
  }
}
