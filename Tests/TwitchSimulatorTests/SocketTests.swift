import Testing

@testable import TwitchSimulator

@Suite(.minutes) struct SocketTests {
  @Test(arguments: [("", 10), ("30", 30), ("1", 10), ("9999", 600), ("soon", 10)])
  func theKeepaliveIsMovedIntoItsBounds(wanted: String, seconds: Int) async throws {
    try await withTwitch { _, bot in
      let socket = try await bot.open(query: wanted.isEmpty ? "" : "?keepalive_timeout_seconds=\(wanted)")
      let session = await bot.frame(socket)?["payload"]?["session"]
      #expect(session?["keepalive_timeout_seconds"] == .int(seconds))
      #expect(session?["status"] == "connected")
      #expect(session?["id"]?.string?.count == 36)
    }
  }

  @Test(arguments: ["-1", "9300000000000", "null", #""soon""#])
  func aWelcomeMaySayAnythingOfTheKeepalive(written: String) async throws {
    try await withTwitch({ $0.behavior.welcomeKeepalive = written }) { twitch, bot in
      let socket = try await bot.open()
      let session = await bot.frame(socket)?["payload"]?["session"]
      #expect(session?["keepalive_timeout_seconds"] == JSON(.init(written.utf8)))
      try await twitch.advanceClock(by: 5)
    }
  }

  @Test func aKeepaliveComesOnlyAfterASilentWindow() async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.advanceClock(by: 9)
      try await twitch.say(Simulator.Line(from: "tidewatch", "hi"), in: "harborlight")
      _ = try await bot.event("channel.chat.message", on: socket)
      try await twitch.advanceClock(by: 9)
      try await twitch.say(Simulator.Line(from: "tidewatch", "again"), in: "harborlight")
      _ = try await bot.event("channel.chat.message", on: socket)
      try await twitch.advanceClock(by: 11)
      #expect(await bot.frame(socket)?["metadata"]?["message_type"] == "session_keepalive")
    }
  }

  @Test func anUnusedSocketIsClosed() async throws {
    try await withTwitch { twitch, bot in
      let (socket, _) = try await bot.session()
      try await twitch.advanceClock(by: 10.1)
      #expect(await bot.closeCode(socket) == 4003)
    }
  }

  @Test func whoeverSendsDataIsClosed() async throws {
    try await withChat { twitch, bot, socket in
      await bot.say("hello", on: socket)
      #expect(await bot.closeCode(socket) == 4001)
      try await twitch.wait(for: Simulator.Expectation(shards: 0, exactly: true))
      #expect(await twitch.conduits()[0].shards[0].status == "websocket_received_inbound_traffic")
    }
  }

  @Test func theClientsOwnGoodbyeIsADisconnect() async throws {
    try await withChat { twitch, bot, socket in
      await bot.close(socket)
      try await twitch.wait(for: Simulator.Expectation(sockets: 0, exactly: true))
      #expect(await twitch.conduits()[0].shards[0].status == "websocket_disconnected")
    }
  }

  /// The address of a reconnect, as the client reads it.
  private func reconnect(_ twitch: Simulator, _ bot: Bot, _ socket: Int) async throws -> String {
    try await twitch.requestReconnect("all")
    let text = String(decoding: try #require(await bot.rawFrame(socket)), as: UTF8.self)
    #expect(text.contains(#"\u0026id="#))
    let frame = try #require(JSON(.init(text.utf8)))
    #expect(frame["payload"]?["session"]?["status"] == "reconnecting")
    return try #require(frame["payload"]?["session"]?["reconnect_url"]?.string)
  }

  @Test func aRequestedReconnectKeepsTheSession() async throws {
    try await withChat { twitch, bot, old in
      let before = await twitch.sockets()[0].session.rawValue
      let url = try await reconnect(twitch, bot, old)
      try await twitch.say(Simulator.Line(from: "tidewatch", "still here"), in: "harborlight")
      _ = try await bot.event("channel.chat.message", on: old)
      let new = try await bot.open(url)
      #expect(await bot.frame(new)?["payload"]?["session"]?["id"] == .string(before))
      try await twitch.say(Simulator.Line(from: "tidewatch", "moved"), in: "harborlight")
      #expect(try await bot.event("channel.chat.message", on: new)["message"]?["text"] == "moved")
      // Left open, the old socket is closed when the grace is over; the session lives on.
      try await twitch.advanceClock(by: 31)
      #expect(await bot.closeCode(old) == 4004)
      #expect(await twitch.conduits()[0].shards[0].status == "enabled")
    }
  }

  @Test func whoeverDoesNotMoveLosesTheShard() async throws {
    try await withChat { twitch, bot, socket in
      _ = try await reconnect(twitch, bot, socket)
      try await twitch.advanceClock(by: 31)
      #expect(await bot.closeCode(socket) == 4004)
      #expect(await twitch.conduits()[0].shards[0].status == "websocket_failed_to_reconnect")
    }
  }

  @Test func aReconnectAddressWorksOnceAndOnlyWhileTheOldSocketLives() async throws {
    try await withChat { twitch, bot, socket in
      let url = try await reconnect(twitch, bot, socket)
      _ = await bot.frame(try await bot.open(url))
      #expect(await bot.closeCode(try await bot.open(url)) == 4007)
      let second = try await reconnect(twitch, bot, try #require(await lastSocket(bot)))
      try await twitch.dropSockets("all", code: nil)
      #expect(await bot.closeCode(try await bot.open(second)) == 4007)
    }
  }

  /// The socket that took over in the test above is the second one that was opened.
  private func lastSocket(_ bot: Bot) async -> Int? { 1 }

  @Test func aReconnectMayGiveANewSession() async throws {
    try await withChat(["channel.chat.message"], { $0.behavior.newSessionOnReconnect = true }) { twitch, bot, old in
      let before = await twitch.sockets()[0].session.rawValue
      let url = try await reconnect(twitch, bot, old)
      let new = try await bot.open(url)
      let session = try #require(await bot.frame(new)?["payload"]?["session"]?["id"]?.string)
      #expect(session != before)
      let conduit = await twitch.conduits()[0].id.rawValue
      try await bot.assign([(0, session)], of: conduit)
      await bot.close(old)
      try await twitch.say(Simulator.Line(from: "tidewatch", "here"), in: "harborlight")
      _ = try await bot.event("channel.chat.message", on: new)
    }
  }

  @Test func aReconnectAddressMayLeadNowhere() async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.requestReconnect("shard:0", url: "ws://127.0.0.1:1/ws?challenge=x&id=y")
      let url = await bot.frame(socket)?["payload"]?["session"]?["reconnect_url"]
      #expect(url == "ws://127.0.0.1:1/ws?challenge=x&id=y")
    }
  }

  @Test(arguments: [4000, 4002, 4005, 4006, 4999, 1011] as [UInt16])
  func socketsCloseWithAnyCode(code: UInt16) async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.dropSockets("shard:0", code: code)
      let received = await bot.closeCode(socket)
      #expect(received == code)
      #expect(await twitch.conduits()[0].shards[0].status == CloseCode.shardStatus(code))
    }
  }

  @Test func aResetSocketHasNoGoodbye() async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.dropSockets("all", code: nil)
      #expect(await bot.closeCode(socket) == 1006)
    }
  }

  @Test func aSilentSocketStaysOpenAndSwallowsEverything() async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.silence("all")
      try await twitch.say(Simulator.Line(from: "tidewatch", "into the void"), in: "harborlight")
      try await twitch.advanceClock(by: 60)
      #expect(await twitch.sockets()[0].silent)
      #expect(await twitch.conduits()[0].shards[0].status == "enabled")
      try await twitch.silence("all", false)
      try await twitch.say(Simulator.Line(from: "tidewatch", "back"), in: "harborlight")
      #expect(try await bot.event("channel.chat.message", on: socket)["message"]?["text"] == "back")
    }
  }

  @Test func aSimulatorThatWasStoppedLeavesNothingBehind() async throws {
    weak var kept: Simulator?
    func live() async throws {
      let twitch = try await Simulator.start()
      kept = twitch
      let bot = try await Bot(of: twitch)
      try await bot.logIn(userToken: "")
      // The end of these sockets, which comes with the simulator's, disables shards, which sets deadlines.
      _ = try await bot.connectedConduit(shards: 2)
      await twitch.stop()
      await bot.stop()
    }
    try await live()
    let deadline = ContinuousClock.now + .seconds(5)
    while kept != nil, .now < deadline { await Task.yield() }
    #expect(kept == nil)
  }

  @Test func theWelcomeMayBeLateOrMissing() async throws {
    try await withTwitch({ $0.behavior.welcomeDelaySeconds = 12 }) { twitch, bot in
      let late = try await bot.open()
      let opened = try await twitch.events("socket.opened").last?.sequence ?? 0
      try await twitch.advanceClock(by: 12.1)
      #expect(await bot.frame(late)?["metadata"]?["message_type"] == "session_welcome")
      await twitch.setBehavior { $0.sendsWelcome = false }
      let never = try await bot.open()
      _ = try await twitch.events("socket.opened", after: opened)
      try await twitch.advanceClock(by: 30)
      #expect(await bot.closeCode(never) == 4003)
    }
  }
}
