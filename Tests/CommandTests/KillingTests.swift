import Foundation
import HTTPTypes
import Testing
import TwitchSimulator

/// `serve`, ended by `kill -9` and started again.
@Suite(.timeLimit(.minutes(2))) struct KillingTests {
  @Test func whatWasShownAMomentBeforeIsNotForgotten() async throws {
    try await withPremises { home in
      try await home.twitch.addUser(Simulator.NewUser("gull"))
      for round in 1...5 {
        let gateway = try await home.serve()
        let alice = try await home.visitor(of: gateway)
        _ = try await alice.get("/readyz", until: .ok)
        try await alice.join(home.path)
        try await home.twitch.say(.init(from: "gull", "first of \(round)"), in: "alice")
        try await home.twitch.say(.init(from: "gull", "last of \(round)"), in: "alice")
        let first = try #require(try await alice.next("text").cursor)
        let last = try #require(try await alice.next("text").cursor)
        await gateway.kill9()

        let next = try await home.serve()
        let again = try await home.visitor(of: next)
        try await again.join(home.path + "&since=\(first)")
        let line = try await again.next("text")
        #expect(line.text == "last of \(round)" && line.cursor == last)
        // The time without a gateway.
        try await again.next("gap")
        await next.signal(SIGTERM)
        #expect(try await next.ends() == .exit(status: 0))
        // What is on disk need not be anywhere else.
        #expect(!FileManager.default.fileExists(atPath: home.folder + "/data/history.journal"))
      }
    }
  }
}
