import FoundationEssentials
import HTTPTypes
import Testing
import WebSockets

@Suite struct HTTPTests {
  @Test func aRequestIsAnswered() async throws {
    try await Host.run(respond: { request in
      .text(
        "\(request.method) \(request.path) \(request.query["a"] ?? "") \(String(decoding: request.body, as: UTF8.self))"
      )
    }) { host, port in
      let response = try await host.send(.get, "http://127.0.0.1:\(port)/x%20y?a=1%262&b")
      #expect(String(decoding: response.body, as: UTF8.self) == "GET /x y 1&2 ")
      let posted = try await host.send(
        .post, "http://127.0.0.1:\(port)/p", body: Data("hello".utf8))
      #expect(String(decoding: posted.body, as: UTF8.self) == "POST /p  hello")
    }
  }
}
