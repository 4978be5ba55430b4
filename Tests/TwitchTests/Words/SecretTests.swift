import Testing

@testable import Twitch

@Suite struct SecretTests {
  private struct Holder {
    var pair = TokenPair(accessToken: Secret("hush"), refreshToken: Secret("hush"))
    var application = Application(clientID: "id", clientSecret: Secret("hush"))
  }

  @Test func neverPrintsItself() {
    var dumped = ""
    dump(Holder(), to: &dumped)
    for text in ["\(Secret("hush"))", String(reflecting: Secret("hush")), "\(Holder())", dumped] {
      #expect(!text.contains("hush"))
    }
  }

  @Test func givesItsTextWhenAsked() {
    #expect(Secret("hush").reveal() == "hush")
  }
}
