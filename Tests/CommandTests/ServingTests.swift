import Foundation
import HTTPTypes
import Logging
import Testing
import TwitchSimulator
import WebSockets

/// The start of `serve`, seen from outside.
@Suite(.timeLimit(.minutes(2))) struct ServingTests {
  @Test func aFolderHasOneGatewayAtATime() async throws {
    try await withPremises { home in
      let first = try await home.serve()
      _ = try await home.visitor(of: first)
      let second = try await home.serve()
      #expect(try await second.ends() == .exit(status: 1))
      #expect(
        await second.logged == [
          "Error: another gateway runs on the data folder \(home.folder)/data: stop that one or choose another folder"
        ])
      #expect(await second.said == [])

      let list = try await RunningProgram.start(["user", "list"], environment: home.environment)
      #expect(try await list.ends() == .exit(status: 0))
      try await list.says("alice")

      await first.kill9()
      _ = try await home.visitor(of: try await home.serve())
    }
  }

  @Test(arguments: [
    (["TWITCH_CLIENT_SECRET": "wrong"], "Error: Twitch does not accept the client id or the client secret"),
    (["CHAT_RELAY_PUBLIC_FOLDER": "/nowhere"], "Error: CHAT_RELAY_PUBLIC_FOLDER is '/nowhere' and must be"),
    (["CHAT_RELAY_DATA": "/proc/nowhere"], "Error: cannot use /proc/nowhere: "),
    (["CHAT_RELAY_HOST": "192.0.2.1"], "Error: cannot listen on 192.0.2.1 port 0: "),
  ])
  func whatMakesServingImpossibleIsOneLineOnStandardError(wrong: [String: String], line: String) async throws {
    try await withPremises { home in
      let gateway = try await home.serve([], wrong)
      #expect(try await gateway.ends() == .exit(status: 1))
      #expect(await gateway.said == [])
      let logged = await gateway.logged
      #expect(logged.count == 1 && logged[0].hasPrefix(line), "\(logged)")
    }
  }

  @Test(arguments: [SIGTERM, SIGHUP]) func aDemoLeavesNothingBehind(signal: Int32) async throws {
    let temporary = FileManager.default.temporaryDirectory.appending(path: "chat-relay-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    let demo = try await RunningProgram.start(
      ["demo", "--port", "0"],
      environment: [
        "TMPDIR": temporary, "XDG_RUNTIME_DIR": temporary,
        "CHAT_RELAY_PUBLIC_FOLDER": checkout.appending(path: "Public").path,
      ])
    try await demo.says("http")
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) != [])
    await demo.signal(signal)
    #expect(try await demo.ends() == .exit(status: 0))
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
  }

  @Test func itServesWithoutTwitchAfterAMoment() async throws {
    try await withPremises { home in
      await home.twitch.add(.init("POST", "/oauth2/token", times: 0, outcome: .hang))
      let gateway = try await home.serve()
      let alice = try await home.visitor(of: gateway)
      #expect(try await alice.get("/healthz").status == .ok)
      #expect(try await alice.get("/readyz").status == .serviceUnavailable)
      await home.twitch.removeFaults()
      _ = try await alice.get("/readyz", until: .ok)
    }
  }

  @Test func theProbeAnswersBeforeTwitchHas() async throws {
    try await withPremises { home in
      await home.twitch.add(.init("POST", "/oauth2/token", times: 0, outcome: .hang))
      let port = try await freePort()
      let gateway = try await home.serve(["--port", "\(port)"])
      let alice = Visitor("127.0.0.1:\(port)", on: home.loop)
      _ = try await alice.get("/healthz", until: .ok)
      #expect(await gateway.said == [])
      // A signal now is as good as any.
      await gateway.signal(SIGTERM)
      #expect(try await gateway.ends() == .exit(status: 0))
    }
  }

  /// A port that was free a moment ago.
  private func freePort() async throws -> Int {
    let simulator = try await Simulator.start(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let port = simulator.origin.split(separator: ":").last.flatMap { Int($0) }
    await simulator.stop()
    return try #require(port)
  }
}
