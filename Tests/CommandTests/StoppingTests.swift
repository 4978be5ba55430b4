import Foundation
import GRDB
import HTTPTypes
import Testing
import TwitchSimulator
import WebSockets

/// The end of `serve`, seen from outside.
@Suite(.timeLimit(.minutes(2))) struct StoppingTests {
  /// What a client that nobody wrote a library for sends.
  private let handshake = [
    "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13", "-H",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ]

  @Test func linesAreFinishedAndEverybodyIsToldWhenToComeBack() async throws {
    try await withPremises { home in
      let gateway = try await home.serve()
      let alice = try await home.visitor(of: gateway)
      _ = try await alice.get("/readyz", until: .ok)
      try await alice.join(home.path)
      await home.twitch.add(.init("POST", "/helix/chat/messages", outcome: .pass, delay: 1))
      await alice.say("last words", as: home.account, id: "a1")
      await alice.say("and their echo", as: home.account, id: "a2")
      try await home.lineIsUnderWay()

      await gateway.signal(SIGTERM)
      #expect(try await alice.get("/readyz", until: .serviceUnavailable) == "the gateway stops\n")
      #expect(try await alice.get("/healthz").status == .ok)
      await alice.say("too late", as: home.account, id: "a3")
      let late = try await alice.next("error")
      #expect(late.request?.id == "a3" && late.code == "unavailable")

      let first = try await alice.next("textresult")
      #expect(first.id == "a1" && first.isSent == true)
      let second = try await alice.next("textresult")
      #expect(second.id == "a2" && second.isSent == true)
      let delay = try #require(try await alice.next("reconnect").afterMs)
      #expect((1_000...3_000).contains(delay))
      #expect(try await alice.closed() == "the gateway restarts: come back in \(delay / 1_000 + 1) s")
      #expect(try await gateway.ends() == .exit(status: 0))
    }
  }

  @Test func whoComesMeanwhileIsSentAwayAndWhoIsThereIsClosedWith1012() async throws {
    try await withPremises { home in
      let gateway = try await home.serve()
      let alice = try await home.visitor(of: gateway)
      _ = try await alice.get("/readyz", until: .ok)
      let url = "http://\(alice.origin)\(home.path)"
      let there = try await RunningProgram.start(
        ["-c", #"curl -sN -D /dev/stderr --max-time 20 "$@" | od -An -v -tx1 -w1000"#, "od", url] + handshake,
        of: "/bin/bash")
      try await there.logs("101")
      try await alice.join(home.path)
      await home.twitch.add(.init("POST", "/helix/chat/messages", outcome: .pass, delay: 1))
      await alice.say("last words", as: home.account, id: "a1")
      try await home.lineIsUnderWay()

      await gateway.signal(SIGINT)
      _ = try await alice.get("/readyz", until: .serviceUnavailable)
      let late = try await RunningProgram.start(["-si", url] + handshake, of: "/usr/bin/curl")
      try await late.says("HTTP/1.1 503")
      try await late.says("Retry-After: 2")
      #expect(try await gateway.ends() == .exit(status: 0))
      // A close frame (0x88), its length, and 1012.
      #expect(try await there.says(" 88 ").contains(#/ 88 .. 03 f4 /#))
    }
  }

  @Test func itEndsInTimeWhateverHangs() async throws {
    try await withPremises { home in
      let gateway = try await home.serve()
      let alice = try await home.visitor(of: gateway)
      _ = try await alice.get("/readyz", until: .ok)
      try await alice.join(home.path)
      let deaf = try await RunningProgram.start(
        [
          "-c",
          """
          exec 3<> /dev/tcp/\(alice.origin.replacing(":", with: "/"))
          printf 'GET \(home.path) HTTP/1.1\\r\\nHost: h\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n' >&3
          printf 'Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n' >&3
          head -c 100 <&3 | head -1; sleep 60
          """,
        ], of: "/bin/bash")
      try await deaf.says("101")
      await home.twitch.add(.init(nil, "/helix/*", times: 0, outcome: .hang))
      try await home.twitch.silence("all")
      await alice.say("into the void", as: home.account, id: "a1")
      try await home.lineIsUnderWay()
      let locks = try ["chat-relay.sqlite", "history.sqlite"].map { try lock("\(home.folder)/data/\($0)") }

      await gateway.signal(SIGTERM)
      #expect(try await gateway.ends(within: .seconds(10)) == .exit(status: 0))
      let result = try await alice.next("textresult")
      #expect(result.id == "a1" && result.isSent == false)
      #expect(try await alice.next("error").code == "outcome_unknown")
      for lock in locks { try lock.close() }
      await deaf.kill9()
    }
  }

  @Test func whatNobodyReadsOfItsLogHoldsNothingUp() async throws {
    try await withPremises { home in
      // A pipe that is full, with nobody who reads it.
      let script = "mkfifo $1 && exec 9<> $1 && head -c 65536 /dev/zero >&9 && exec $0 serve --log-level debug 2> $1"
      let gateway = try await RunningProgram.start(
        ["-c", script, RunningProgram.chatRelay, "\(home.folder)/log"], of: "/bin/sh", environment: home.environment)
      let alice = try await home.visitor(of: gateway)
      _ = try await alice.get("/readyz", until: .ok)
      try await alice.join(home.path)
      await gateway.signal(SIGTERM)
      #expect(try await gateway.ends() == .exit(status: 0))
    }
  }

  /// Keeps everybody else from writing into a database.
  private func lock(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    // The gateway may be writing right now.
    configuration.busyMode = .timeout(5)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.inDatabase { try $0.beginTransaction(.immediate) }
    return queue
  }

  @Test func aSecondSignalEndsItAtOnce() async throws {
    try await withPremises { home in
      let gateway = try await home.serve()
      let alice = try await home.visitor(of: gateway)
      _ = try await alice.get("/readyz", until: .ok)
      try await alice.join(home.path)
      await home.twitch.add(.init("POST", "/helix/chat/messages", times: 0, outcome: .hang))
      await alice.say("into the void", as: home.account, id: "a1")
      try await home.lineIsUnderWay()
      await gateway.signal(SIGTERM)
      _ = try await alice.get("/readyz", until: .serviceUnavailable)
      await gateway.signal(SIGTERM)
      #expect(try await gateway.ends(within: .seconds(2)) == .signal(SIGTERM))
    }
  }
}
