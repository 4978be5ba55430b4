import HTTPTypes
import Testing
import Twitch
import WebSockets

@testable import ChatRelay

@Suite struct OriginTests {
  @Test(arguments: [
    ("http://a.b:80/c?d", "http://a.b:80"), ("HTTPS://A.B", "https://a.b"), ("nonsense", nil), ("http://", nil),
  ])
  func anAddressHasAnOrigin(_ url: String, _ origin: String?) {
    #expect(Origin.of(url: url) == origin)
  }

  @Test(
    arguments: [
      (nil, "https://evil.example", true), (nil, nil, true), (nil, "null", true),
      (["https://tool.example"], "https://tool.example", true),
      (["https://tool.example/"], "https://tool.example", true),
      (["https://tool.example"], "https://evil.example", false), ([], "null", false), (["null"], "null", true),
      ([], "http://gateway.local:8080", true), ([], "https://public.example", true), ([], nil, true),
    ] as [([String]?, String?, Bool)])
  func pagesMayConnectAsConfigured(_ allowed: [String]?, _ origin: String?, _ isAllowed: Bool) {
    var configuration = Relay.Configuration(
      publicFolder: "", application: Application(clientID: "c", clientSecret: Secret("s")))
    configuration.allowedOrigins = allowed
    configuration.publicURL = "https://public.example/chat"
    var request = Request(.get, "/ws/1", authority: "gateway.local:8080")
    request.headers[.origin] = origin
    #expect(Origin.isAllowed(request, configuration) == isAllowed)
  }
}
