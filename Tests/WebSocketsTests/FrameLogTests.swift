import Testing
import WebSockets

@Suite struct FrameLogTests {
  @Test func everyFollowerGetsTheLogInOrderWithItsOwnMessages() async throws {
    try await Host.run { host, port in
      let log = FrameLog()
      var clients: [WebSocket] = []
      for index in 0..<20 {
        let (client, server) = try await host.pair(port, index)
        server.follow(log)
        clients.append(client)
      }
      for number in 0..<500 {
        log.append(Array("all \(number) \(String(repeating: "x", count: number))".utf8))
        for (index, server) in host.accepted.enumerated() where number % 50 == index { server.send("own \(number)") }
      }
      for (index, client) in clients.enumerated() {
        for number in 0..<500 {
          #expect(await client.receive()?.string?.hasPrefix("all \(number) ") == true)
          if number % 50 == index { #expect(await client.receive()?.string == "own \(number)") }
        }
      }
      #expect(log.followerCount == 20)
    }
  }

  @Test func whoStartsToFollowGetsOnlyWhatComesAfter() async throws {
    try await Host.run { host, port in
      let log = FrameLog()
      log.append(Array("before".utf8))
      let (client, server) = try await host.pair(port)
      server.follow(log)
      log.append(Array("after".utf8))
      #expect(await client.receive()?.string == "after")
    }
  }

  @Test func whoIsClosedGetsWhatWasSaidBeforeAndNothingMore() async throws {
    try await Host.run { host, port in
      let log = FrameLog()
      let (client, server) = try await host.pair(port)
      let (other, stays) = try await host.pair(port, 1)
      server.follow(log)
      stays.follow(log)
      for number in 0..<20 { log.append(Array("\(number) \(String(repeating: "x", count: 10_000))".utf8)) }
      server.close(1008, "your access was withdrawn")
      for _ in 0..<20 { log.append(Array("secret \(String(repeating: "x", count: 10_000))".utf8)) }
      for number in 0..<20 { #expect(await client.receive()?.string?.hasPrefix("\(number) ") == true) }
      #expect(await client.receive() == nil)
      #expect(client.closure?.code == 1008)
      for _ in 0..<40 { #expect(await other.receive() != nil) }
    }
  }

  @Test func whoReadsNothingFallsOffTheLogAndNobodyElseDoes() async throws {
    try await Host.run { host, port in
      let log = FrameLog(capacity: 256 << 10)
      let raw = await RawSocket.upgraded(port: port)
      let slow = await host.nextAccepted()
      let (client, quick) = try await host.pair(port, 1)
      slow.follow(log)
      quick.follow(log)
      let text = Array(String(repeating: "x", count: 10_000).utf8)
      for _ in 0..<2000 where log.followerCount == 2 {
        log.append(text)
        #expect(await client.receive() == .text(text))
      }
      #expect(log.followerCount == 1)
      #expect(client.isOpen)
      raw.finish()
      #expect(await slow.receive() == nil)
      #expect(slow.closure?.code == 1013)
    }
  }

  @Test func whoReadsKeepsUpWithMoreThanASliceInEachTurn() async throws {
    try await Host.run { host, port in
      let log = FrameLog(capacity: 256 << 10)
      let (client, server) = try await host.pair(port)
      server.follow(log)
      let text = Array(String(repeating: "x", count: 10_000).utf8)
      for _ in 0..<60 {
        for _ in 0..<4 { log.append(text) }
        try await host.sleep(for: .zero)
      }
      #expect(log.followerCount == 1)
      for _ in 0..<240 { #expect(await client.receive() == .text(text)) }
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func aCrowdThatIsLargerThanATurnMissesNothingWhenSomeLeaveDuringIt() async throws {
    try await Host.run { host, port in
      let log = FrameLog()
      var clients: [WebSocket] = []
      for index in 0..<300 {
        let (client, server) = try await host.pair(port, index)
        server.follow(log)
        clients.append(client)
      }
      for round in 0..<5 {
        log.append(Array("round \(round)".utf8))
        // Some have had their turn now.
        try await host.sleep(for: .zero)
        for place in 1...3 { host.accepted[round * 10 + place].close() }
      }
      for (index, client) in clients.enumerated() {
        let last = index % 10 > 0 && index % 10 < 4 && index < 50 ? index / 10 : 4
        for round in 0..<last { #expect(await client.receive()?.string == "round \(round)") }
        if last == 4 { #expect(await client.receive()?.string == "round 4") }
      }
      #expect(log.followerCount == 285)
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func whatComesRightAfterARoundWaitsForTheNext() async throws {
    var configuration = Server.Configuration()
    // A ping would take with it what waits.
    configuration.pings = nil
    try await Host.run(configuration) { host, port in
      let log = FrameLog(pace: .seconds(3600))
      let (client, server) = try await host.pair(port)
      server.follow(log)
      log.append(Array("first".utf8))
      #expect(await client.receive()?.string == "first")
      log.append(Array("second".utf8))
      try await host.sleep(for: .zero)
      #expect(log.hasFollowersDue)
      log.append(Array("third".utf8))
      // Who is written to anyway gets all there is.
      server.send("own")
      for text in ["second", "third", "own"] { #expect(await client.receive()?.string == text) }
      // So much is worth a round of its own.
      let long = Array(String(repeating: "x", count: 10_000).utf8)
      for _ in 0..<2 { log.append(long) }
      for _ in 0..<2 { #expect(await client.receive() == .text(long)) }
    }
  }

  @Test func aRoundFollowsTheOtherAsLongAsThereIsSomethingToSay() async throws {
    try await Host.run { host, port in
      let log = FrameLog()
      let (client, server) = try await host.pair(port)
      let (other, leaves) = try await host.pair(port, 1)
      server.follow(log)
      leaves.follow(log)
      for number in 0..<50 {
        log.append(Array("\(number)".utf8))
        try await host.sleep(for: .zero)
        if number == 25 { leaves.close() }
      }
      for number in 0..<50 { #expect(await client.receive()?.string == "\(number)") }
      for number in 0...25 { #expect(await other.receive()?.string == "\(number)") }
      #expect(await other.receive() == nil)
    }
  }

  @Test func whoIsAloneAndReadsNothingFallsOffTheLogToo() async throws {
    try await Host.run { host, port in
      let log = FrameLog(capacity: 256 << 10)
      let raw = await RawSocket.upgraded(port: port)
      let slow = await host.nextAccepted()
      slow.follow(log)
      let text = Array(String(repeating: "x", count: 10_000).utf8)
      for _ in 0..<5000 where log.followerCount == 1 { log.append(text) }
      #expect(log.followerCount == 0)
      log.append(text)
      raw.finish()
      #expect(await slow.receive() == nil)
      #expect(slow.closure?.code == 1013)
    }
  }
}
