import Testing

@testable import WebSockets

@Suite struct FormEncodingTests {
  @Test(arguments: [
    ("plain-._~09azAZ", "plain-._~09azAZ"),
    ("r%3D=&+;", "r%253D%3D%26%2B%3B"),
    ("user:read:chat user:bot", "user%3Aread%3Achat%20user%3Abot"),
    ("潮", "%E6%BD%AE"),
    ("", ""),
  ])
  func escapesWhatIsNotUnreserved(_ value: String, encoded: String) {
    #expect(formEncoded([("name", value)]) == "name=\(encoded)")
  }

  @Test func repeatsNames() {
    #expect(formEncoded([("id", "1"), ("id", "2"), ("lo gin", "a")]) == "id=1&id=2&lo%20gin=a")
  }
}
