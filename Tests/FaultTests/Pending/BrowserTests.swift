import Foundation
import Glibc
import Testing
import TwitchSimulator

/// Browsers that read nothing, come all at once, or are gone without a word.
@Suite(.timeLimit(.minutes(2))) struct BrowserTests {
  @Test func athousandReadNothing() async throws {
    try await withScene { scene in
      let sleepers = try (0..<1_000).map { _ in
        try RawBrowser(port: scene.gateway.port, target: scene.target, receiveBuffer: 4096)
      }
      let before = try scene.gateway.residentBytes
      let text = String(repeating: "nobody reads this ", count: 24)
      try await scene.measure(
        .init(
          "1,000 browsers that read nothing",
          made: "1,000 connections that never read, while 3,000 long lines are relayed", bound: 30,
          recovered: "every line reached the one that reads")
      ) { _ in
        for number in 0..<3_000 {
          _ = try await scene.twitch.say(.init(from: "gull", "\(text)\(number)"), in: "harbor")
        }
      }
      let grown = try scene.gateway.residentBytes - before
      #expect(grown < 96 << 20, "\(grown >> 20) MiB more for those who do not read")
      withExtendedLifetime(sleepers) {}
    }
  }

  @Test func aSlowConsumerIsClosedAndComesBack() async throws {
    try await withScene { scene in
      let start = await scene.twitch.deliveries().last?.sequence ?? 0
      let slow = try RawBrowser(port: scene.gateway.port, target: scene.target, receiveBuffer: 4096)
      let text = String(repeating: "too much to read ", count: 26)
      try await scene.measure(
        .init(
          "slow consumer",
          made: "one connection that reads nothing while 5,000 long lines are relayed, then reads again", bound: 60,
          recovered: "closed with 1013 and a reason; the others saw every line")
      ) { window in
        for number in 0..<5_000 {
          _ = try await scene.twitch.say(.init(from: "gull", "\(text)\(number)"), in: "harbor")
        }
        let frames = await slow.readToEnd()
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
        let accounting = Accounting(await scene.twitch.deliveries(after: start), seen: seen)
        let gaps = await back.count("gap")
        #expect(accounting.lost.isEmpty || gaps == 1, "\(accounting)")
        #expect(accounting.doubled.isEmpty && accounting.outOfOrder.isEmpty, "\(accounting)")
        await back.close()
      }
    }
  }

  @Test func tenThousandComeWithinASecond() async throws {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let needed = 10_400
    guard limit.rlim_max >= needed else {
      print("skipped: 10,000 browsers need \(needed) file descriptors; the hard limit here is \(limit.rlim_max)")
      return
    }
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    try await withScene { scene in
      let first = try await scene.join()
      let line = try await scene.twitch.say(.init(from: "gull", "before"), in: "harbor").id.rawValue
      try await first.until("a line") { $0.has([line]) }
      let since = (await first.cursor).map { "&since=\($0)" } ?? ""
      let crowd = Crowd(
        port: try scene.gateway.port, target: "\(scene.target)\(since)")
      try await scene.measure(
        .init(
          "10,000 browsers reconnecting within a second",
          made: "10,000 handshakes with a cursor within a second, each asking for status",
          bound: 10, recovered: "every one was answered"),
        pause: .milliseconds(500)
      ) { window in
        let outcome = await crowd.come(10_000, within: window.left)
        #expect(outcome.served == 10_000, "\(outcome)")
      }
      withExtendedLifetime(crowd) {}
    }
  }

  @Test func descriptorsRunOut() async throws {
    var setup = Scene.Setup()
    setup.launch.prelude = "ulimit -n 120"
    try await withScene(setup) { scene in
      try await scene.measure(
        .init(
          "file descriptors exhausted", made: "120 descriptors (ulimit -n), 200 connections; shard 0 reset meanwhile",
          bound: 5,
          recovered: "shard assigned again while no more are taken; new ones taken once the others left")
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
}
