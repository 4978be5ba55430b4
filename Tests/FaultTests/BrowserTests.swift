import Foundation
import Glibc
import Testing
import TwitchSimulator

/// Browsers that read nothing, come all at once, or are more than there is room for.
@Suite(.timeLimit(.minutes(3))) struct BrowserTests {
  @Test func manyReadNothing() async throws {
    let count = Record.isAtFullSize ? 1_000 : 150
    try Self.allowDescriptors(count + 300)
    var setup = Scene.Setup()
    // What AddressSanitizer keeps of what was freed (.ci/sanitize) is none of the gateway's memory.
    let options = ProcessInfo.processInfo.environment["ASAN_OPTIONS"] ?? ""
    setup.launch.environment["ASAN_OPTIONS"] = "\(options) quarantine_size_mb=8"
    try await withScene(setup) { scene in
      let sleepers = try (0..<count).map { _ in
        try RawBrowser(port: scene.gateway.port, target: scene.target, receiveBuffer: 4096)
      }
      let before = try scene.gateway.residentBytes
      // Four bytes each: few lines make much to read.
      let text = String(repeating: "🐢", count: 480)
      try await scene.measure(
        .init(
          "\(count.formatted()) browsers that read nothing",
          made: "\(count.formatted()) connections that never read, while 800 long lines are relayed", bound: 30,
          recovered: "every line reached the one that reads",
          // Whoever reads nothing costs nobody anything, and is let go as half-open in the end.
          seen: .nothing)
      ) { window in
        var last = ""
        for number in 0..<800 {
          last = try await scene.twitch.say(.init(from: "gull", "\(text)\(number)"), in: "harbor").id.rawValue
        }
        let end = last
        try await window.client.until("the last line", within: window.left) { $0.has([end]) }
      }
      let grown = try scene.gateway.residentBytes - before
      #expect(grown < 32 << 20 + count << 16, "\(grown >> 20) MiB more for those who do not read")
      withExtendedLifetime(sleepers) {}
    }
  }

  @Test func aSlowConsumerIsClosedAndComesBack() async throws {
    try await withScene { scene in
      let start = await scene.twitch.deliveries().last?.sequence ?? 0
      // Large enough to catch up before it is pinged in vain.
      let slow = try RawBrowser(port: scene.gateway.port, target: scene.target, receiveBuffer: 1 << 16)
      let text = String(repeating: "🐢", count: 480)
      try await scene.measure(
        .init(
          "slow consumer",
          made: "one connection that reads nothing while 1,500 long lines are relayed, then reads again", bound: 60,
          recovered: "closed with 1013 and a reason, back with its cursor; the others saw every line",
          seen: Sight(
            log: ["A client reads too slowly": 1],
            metrics: [
              "slow_consumers_closed_total": 1, #"connections_closed_total{code="1013"}"#: 1, "resumes_total": 1,
            ]))
      ) { window in
        for number in 0..<1_500 {
          _ = try await scene.twitch.say(.init(from: "gull", "\(text)\(number)"), in: "harbor")
        }
        let frames = await slow.readToEnd()
        slow.hangUp()
        #expect(frames.last?.closeCode == 1013)
        #expect(frames.last?.reason.contains("cursor") == true)
        let texts = frames.filter { $0.opcode == 1 }.compactMap {
          try? JSONDecoder().decode(Client.Incoming.self, from: Data($0.payload))
        }
        let cursor = try #require(texts.last?.cursor)
        let back = Client(on: scene.loop)
        try await back.open(scene.url("&since=\(cursor)"))
        // It gets what it missed, or is told that it cannot have all of it.
        let next = try await scene.twitch.say(.init(from: "gull", "welcome back"), in: "harbor").id.rawValue
        try await back.until("what was missed", within: window.left) { $0.has([next]) }
        let seen = texts.compactMap { $0.type == "text" ? $0.id : nil } + (await back.lines)
        // Others talk on.
        let deliveries = await scene.twitch.deliveries(after: start)
        let end = try #require(deliveries.firstIndex { $0.messageId == next })
        let accounting = Accounting(Array(deliveries[...end]), seen: seen)
        let gaps = await back.count("gap")
        #expect(accounting.lost.isEmpty || gaps == 1, "\(accounting)")
        #expect(accounting.doubled.isEmpty && accounting.outOfOrder.isEmpty, "\(accounting)")
        await back.close()
        try await scene.waits(for: "chat_relay_slow_consumers_closed_total", toBe: 1, within: window.left)
      }
    }
  }

  @Test func manyComeBackWithinASecond() async throws {
    let count = Record.isAtFullSize ? 10_000 : 1_000
    try Self.allowDescriptors(count + 400)
    try await withScene { scene in
      let first = try await scene.join()
      let line = try await scene.twitch.say(.init(from: "gull", "before"), in: "harbor").id.rawValue
      try await first.until("a line") { $0.has([line]) }
      let since = (await first.cursor).map { "&since=\($0)" } ?? ""
      let crowd = Crowd(port: try scene.gateway.port, target: "\(scene.target)\(since)")
      try await scene.measure(
        .init(
          "\(count.formatted()) browsers reconnecting within a second",
          made: "\(count.formatted()) handshakes with a cursor within a second, each asking for status",
          bound: 10, recovered: "every one was answered",
          // They come back because of something that was told, and that they come is what ought to be.
          seen: Sight(metrics: ["connections_opened_total": Double(count), "resumes_total": Double(count)])),
        pause: .milliseconds(500)
      ) { window in
        let outcome = await crowd.come(count, within: window.left)
        #expect(outcome.served == count, "\(outcome)")
      }
      withExtendedLifetime(crowd) {}
    }
  }

  @Test func descriptorsRunOut() async throws {
    var setup = Scene.Setup()
    setup.launch.prelude = "ulimit -n 120"
    try Self.allowDescriptors(500)
    try await withScene(setup) { scene in
      try await scene.measure(
        .init(
          "file descriptors exhausted", made: "120 descriptors (ulimit -n), 200 connections; shard 0 reset meanwhile",
          bound: 5, recovered: "shard assigned again while no more are taken; new ones taken once the others left",
          told: .init("connections_refused"),
          seen: Sight(log: [Sight.lost("0"): 1], metrics: ["connections_refused_total": 1]))
      ) { window in
        let holders = (0..<200).compactMap { _ in try? RawBrowser(mutelyTo: scene.gateway.port) }
        try await scene.twitch.dropSockets("shard:0", code: nil)
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
        withExtendedLifetime(holders) {}
      }
      let late = try await scene.join()
      _ = try await late.status()
    }
  }

  /// This process needs a descriptor for each browser.
  private static func allowDescriptors(_ count: Int) throws {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    // Other tests have theirs at the same time.
    let needed = rlim_t(count + 1_000)
    guard limit.rlim_cur < needed else { return }
    limit.rlim_cur = min(needed, limit.rlim_max)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    try #require(
      limit.rlim_max >= rlim_t(count), "\(count) browsers need as many descriptors; the hard limit is \(limit.rlim_max)"
    )
  }
}
