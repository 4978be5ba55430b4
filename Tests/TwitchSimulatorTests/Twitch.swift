import Testing

@testable import TwitchSimulator

/// The people whom every test has.
enum Somebody {
  static let broadcaster = Simulator.NewUser("harborlight", displayName: "HarborLight", id: "71092938")
  static let bot = Simulator.NewUser("relaydock", displayName: "RelayDock", id: "900112233")
  static let chatter = Simulator.NewUser("tidewatch", displayName: "TideWatch", id: "5551001")
  static let neighbour = Simulator.NewUser("northpier", displayName: "NorthPier", id: "40817265")

  static let chat: JSON = ["broadcaster_user_id": "71092938", "user_id": "900112233"]
  static let channel: JSON = ["broadcaster_user_id": "71092938"]
  static let neighbourChat: JSON = ["broadcaster_user_id": "40817265", "user_id": "900112233"]
}

/// Runs a simulator with four people, of whom the bot and the broadcaster have logged in, and a client beside it.
func withTwitch(
  _ configure: (inout Simulator.Configuration) -> Void = { _ in },
  _ body: (Simulator, Bot) async throws -> Void
) async throws {
  var configuration = Simulator.Configuration()
  configuration.behavior.echo = .before
  configuration.clockRuns = false
  configure(&configuration)
  let twitch = try await Simulator.start(configuration)
  let bot = try await Bot(of: twitch)
  do {
    for somebody in [Somebody.broadcaster, Somebody.bot, Somebody.chatter, Somebody.neighbour] {
      try await twitch.addUser(somebody)
    }
    _ = try await twitch.grant(["channel:bot"], by: "harborlight")
    let pair = try await twitch.grant(["user:read:chat", "user:write:chat", "user:bot"], by: "relaydock")
    try await bot.logIn(userToken: pair.accessToken)
    try await body(twitch, bot)
  } catch {
    await bot.stop()
    await twitch.stop()
    throw error
  }
  await bot.stop()
  await twitch.stop()
}

/// As above, with a conduit whose one socket gets the chat of the broadcaster.
func withChat(
  _ types: [String] = ["channel.chat.message"], shards: Int = 1,
  _ configure: (inout Simulator.Configuration) -> Void = { _ in },
  _ body: (Simulator, Bot, _ socket: Int) async throws -> Void
) async throws {
  try await withTwitch(configure) { twitch, bot in
    let conduit = try await bot.connectedConduit(shards: shards)
    for type in types {
      let isAboutChat = type.hasPrefix("channel.chat")
      let answer = try await bot.subscribe(
        type, version: type == "channel.update" ? "2" : "1", isAboutChat ? Somebody.chat : Somebody.channel,
        conduit: conduit.id)
      #expect(answer.status == 202)
    }
    try await body(twitch, bot, conduit.sockets[0])
  }
}

/// Nothing here waits for real time; the limit only ends what would wait for ever.
extension Trait where Self == TimeLimitTrait {
  static var minutes: Self { .timeLimit(.minutes(5)) }
}
