import Foundation
import GRDB
import Glibc
import TestSupport
import Testing
import TwitchSimulator

/// A disk that is full or slow to let go, and a program that dies while it writes.
@Suite(.timeLimit(.minutes(2))) struct StorageTests {
  @Test func theDatabaseIsLocked() async throws {
    try await withScene { scene in
      let locks = try scene.lockers()
      try await scene.measure(
        .init(
          "database locked for 5 s", made: "another process's write transaction on every database file, for 5 s",
          bound: 8,
          recovered: "lock ended; every line was relayed meanwhile",
          seen: .unwritten)
      ) { window in
        for lock in locks { try lock.inDatabase { try $0.beginTransaction(.immediate) } }
        let client = try await scene.join()
        // Nothing that is relayed waits for the lock: each line arrives while it is held.
        while window.left > 3 {
          let line = try await scene.twitch.say(.init(from: "gull", "while locked"), in: "harbor").id.rawValue
          try await client.until("a line while the database is locked", within: 1) { $0.has([line]) }
        }
        for lock in locks { try lock.inDatabase { try $0.rollback() } }
        await client.close()
      }
      #expect(try await scene.get("/readyz").status == 200)
    }
  }

  @Test func theDatabaseStaysLocked() async throws {
    try await withScene { scene in
      let told = Telling("history_degraded")
      let locks = try scene.lockers()
      var witness: Client?
      try await scene.measure(
        .init(
          "database locked for longer", made: "the same, until clients were told", bound: 20,
          recovered: "lock ended; every line was relayed meanwhile, and kept afterwards", told: told,
          seen: .unwritten)
      ) { window in
        witness = window.client
        for lock in locks { try lock.inDatabase { try $0.beginTransaction(.immediate) } }
        try await scene.hears(of: told, window.client, within: window.left)
        for lock in locks { try lock.inDatabase { try $0.rollback() } }
      }
      try await scene.waits(for: "chat_relay_history_waiting_bytes", toBe: 0, within: 5)
      #expect(try await scene.metric("chat_relay_history_entries_dropped_total") ?? 0 == 0)
      // What was said meanwhile is on disk, which is all that the next run has.
      let seen = try #require(witness)
      let (lines, first) = (await seen.lines, try #require(await seen.log.lazy.compactMap(\.cursor).first))
      try await scene.gateway.kill9()
      try await scene.start()
      let late = Client(on: scene.loop)
      try await late.open(scene.url("&since=\(first)"))
      try await late.until("what was said while it was locked", within: 10) { $0.has(Array(lines.dropFirst())) }
      #expect(await late.lines.prefix(lines.count - 1) == lines.dropFirst())
    }
  }

  @Test func theDiskIsFull() async throws {
    var setup = Scene.Setup()
    // Files end where they are, and a bit after; what else is written fails. (SQLite sees a write error, as on a full disk.)
    // ThreadSanitizer needs a file of 512 KiB, and dies at the sight of half of one.
    setup.launch.prelude = "trap '' XFSZ; ulimit -f 600"
    try await withScene(setup) { scene in
      try await scene.measure(
        .init(
          "disk full", made: "no file may grow beyond 600 KiB (RLIMIT_FSIZE)", bound: 10,
          recovered: "every line was relayed meanwhile", told: .init("history_degraded", ends: false),
          // The log says so each time: what is small still finds room now and then.
          seen: Sight(metrics: ["history_flush_failures_total": 1]))
      ) { window in
        let client = try await scene.join()
        let text = String(repeating: "🐋", count: 480)
        var lines: [String] = []
        for number in 0..<300 {
          lines.append(try await scene.twitch.say(.init(from: "gull", "\(text)\(number)"), in: "harbor").id.rawValue)
        }
        let all = lines
        try await client.until("all lines", within: window.left) { $0.has(all) }
        await client.close()
        try await scene.logs("The history cannot be written", within: window.left)
      }
      #expect(try await scene.get("/healthz").status == 200)
    }
  }

  @Test func theProgramIsKilledAtAnyMoment() async throws {
    try await withScene { scene in
      // Whatever was on its way when it died is missing, and was told to be.
      let fault = Scene.Fault(
        "kill -9 at any moment, a write included",
        made: """
          six times, while 600 lines a second are relayed and kept; three of them when a part of what is kept was just written \
          to the database's log (inotify)
          """, bound: 5,
        recovered: "all shards and subscriptions in order after the start; clients back with their cursor",
        seen: Sight(log: ["The last run did not end as it should": 1], metrics: ["resumes_total": 1]),
        mayGap: true)
      let client = try await scene.join()
      let start = await scene.twitch.deliveries().last?.sequence ?? 0
      let talk = Talk(scene.twitch, in: ["harbor", "pier"], every: .milliseconds(3))
      var times: [Double] = []
      for round in 0..<6 {
        await talk.start()
        try await client.until("lines", within: 5) { [seen = await client.lines.count] in
          $0.lines.count > seen + 5 + 7 * round
        }
        if round < 3 { try await scene.gateway.kill9() } else { try await scene.killWhileItWrites() }
        _ = try await client.closed()
        let killed = ContinuousClock.now
        try await scene.start()
        times.append((ContinuousClock.now - killed) / .seconds(1))
        try await scene.rejoin(client)
        try await scene.isSeen(fault.seen, since: .start)
        try await client.until("lines again", within: 5) { [seen = await client.lines.count] in
          $0.lines.count > seen + 5
        }
        await talk.stop()
        let last = await talk.sayEverywhere()
        try await client.until("the last lines") { $0.has(last) }
      }
      let accounting = Accounting(
        await scene.twitch.deliveries(after: start), said: await talk.said, seen: await client.heard)
      let gaps = await client.count("gap")
      scene.check(fault, accounting, gaps: gaps)
      #expect(gaps >= 6)
      #expect(times.max() ?? .infinity <= fault.bound)
      try await scene.checkHistory(against: client)
      try scene.checkDatabases()
      var record = Record(
        fault: fault.name, made: fault.made, bound: fault.bound, recovered: fault.recovered, measured: times.max(),
        seen: fault.sight,
        filter: "FaultTests.StorageTests/theProgramIsKilledAtAnyMoment")
      record.enter(accounting)
      record.gaps = gaps
      record.note = "what is missing was on its way when the program died, and `gap` said so"
      try record.write()
    }
  }
}

extension Sight {
  /// That the disk takes nothing.
  fileprivate static let unwritten = Sight(
    log: ["The history cannot be written": 1], metrics: ["history_flush_failures_total": 1])
}

/// What the gateway has to read may not be there for a while.
@Suite(.timeLimit(.minutes(2))) struct UnreadableTests {
  @Test func tokensThatCannotBeReadAreReadLater() async throws {
    try await withScene { scene in
      try await scene.gateway.kill9()
      let path = try #require(try scene.databases().first { !$0.contains("history") })
      let database = try DatabaseQueue(path: path)
      func rename(_ column: String, to name: String) throws {
        try database.write { try $0.execute(sql: "ALTER TABLE account RENAME COLUMN \(column) TO \(name)") }
      }
      try rename("sealed_tokens", to: "hidden")
      try await scene.start()
      let (client, dock, harbor) = (try await scene.join(), try scene.account("dock"), try scene.account("harbor"))
      #expect(try await client.say("me?", from: dock, to: harbor, id: "a").code == "account_unusable")
      try rename("hidden", to: "sealed_tokens")
      try await client.first("status", within: 20) { $0.json["accounts"]?["\(dock)"]?["writable"] == true }
      #expect(try await client.say("me again", from: dock, to: harbor, id: "b")["is_sent"] == true)
      #expect(try scene.logCount("tokens cannot be read now") == 1)
    }
  }
}

extension Scene {
  /// The database files of the gateway.
  func databases() throws -> [String] {
    let data = folder + "/data"
    return try FileManager.default.contentsOfDirectory(atPath: data).filter { $0.hasSuffix(".sqlite") }
      .map { "\(data)/\($0)" }
  }

  /// A connection of somebody else's to each of them.
  func lockers() throws -> [DatabaseQueue] {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    return try databases().map { try DatabaseQueue(path: $0, configuration: configuration) }
  }

  /// Sees that who comes back to the beginning gets what that client was shown, the last moments of each run included.
  func checkHistory(against client: Client) async throws {
    let lines = await client.lines
    let first = try #require(await client.log.first { $0.id == lines.first }?.cursor)
    let late = Client(on: loop)
    try await late.open(url("&since=\(first)"))
    let shown = Array(lines.dropFirst())
    try? await late.until("all that was shown", within: 20) { $0.has(shown) }
    let again = await late.lines
    let (missing, more) = (Set(shown).subtracting(again), Set(again).subtracting(shown))
    #expect(again == shown, "\(shown.count) shown; missing now: \(missing); only now: \(more)")
    await late.close()
  }

  /// Ends the program without any farewell just after it has written a part of something that it keeps.
  func killWhileItWrites() async throws {
    let writes = inotify_init1(Int32(IN_CLOEXEC))
    defer { close(writes) }
    let watch = unsafe inotify_add_watch(writes, folder + "/data/history.sqlite-wal", UInt32(IN_MODIFY))
    try #require(watch >= 0)
    let program = try gateway
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var event = [UInt8](repeating: 0, count: 4096)
        _ = unsafe read(writes, &event, event.count)
        program.signal(SIGKILL)
        continuation.resume()
      }
    }
    try await program.exited()
  }

  /// Sees that SQLite finds nothing wrong with any of them.
  func checkDatabases() throws {
    for path in try databases() {
      let result = try DatabaseQueue(path: path).read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
      #expect(result == "ok", "\(path)")
    }
  }
}
