import Testing

@testable import TwitchSimulator

@Suite(.minutes) struct TalkTests {
  private static let streamer = Simulator.User(
    id: "1", login: "harborlight", displayName: "HarborLight", color: "", broadcasterType: "", bio: "")

  /// The lines of a talk's beginning.
  private func lines(seed: UInt64, count: Int = 400) -> [Simulator.Line] {
    var talk = Talk(in: Self.streamer, seed: seed)
    return (0..<count).compactMap { _ in
      if case .say(let line, _, _) = talk.next().act { line } else { nil }
    }
  }

  @Test func oneSeedGivesOneTalk() {
    #expect(lines(seed: 7).map(\.text) == lines(seed: 7).map(\.text))
    #expect(lines(seed: 7).map(\.text) != lines(seed: 8).map(\.text))
  }

  @Test func aTalkIsVariedAndLeavesNoBlanks() {
    let lines = lines(seed: 1)
    #expect(Set(lines.map(\.text)).count > 60)
    #expect(Set(lines.map(\.from)).count > 15)
    #expect(!lines.contains { $0.text.contains("{") })
    #expect(lines.contains { $0.action == true })
    #expect(lines.contains { $0.text.hasPrefix("Cheer") })
    #expect(lines.contains { $0.text.contains("@HarborLight") })
  }

  @Test func remarksAreNotRepeatedSoon() {
    let remarks = lines(seed: 3).filter { $0.action != true }.map(\.text)
    for (line, next) in zip(remarks, remarks.dropFirst()) { #expect(line != next) }
  }

  @Test func aChannelTalksUntilItIsStopped() async throws {
    try await withChat { twitch, bot, socket in
      try await twitch.goLive("harborlight", Simulator.ChannelChange(viewers: 100))
      try await twitch.startTalk(in: "harborlight", perMinute: 60_000, seed: 1)
      for _ in 0..<30 { _ = try await bot.event("channel.chat.message", on: socket) }
      try await twitch.stopTalk(in: "harborlight")
      #expect(await twitch.users().contains { $0.login == "pixelpuffin" })
    }
  }
}
