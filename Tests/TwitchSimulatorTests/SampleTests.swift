import FoundationEssentials
import HTTPTypes
import Testing

@testable import TwitchSimulator

/// What the simulator writes has the keys and types of the samples that the fact sheet describes.
@Suite(.minutes) struct SampleTests {
  /// The samples lie beside the tests of the client, which must read the same ones.
  private func sample(_ name: String) throws -> JSON {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let data = try Data(contentsOf: URL(filePath: "/\(folder)/TwitchTests/Samples/\(name).json"))
    return try #require(JSON(data))
  }

  /// Where two values differ in keys or types; null fits anything, and a list is judged by its first element.
  private func differences(_ ours: JSON, _ theirs: JSON, at path: String = "") -> [String] {
    switch (ours, theirs) {
    case (.object(let a), .object(let b)):
      let keys = Set(a.list.map(\.key)).symmetricDifference(b.list.map(\.key)).map { "\(path).\($0)" }
      return keys.sorted()
        + a.list.flatMap { member in
          b[member.key].map { differences(member.value, $0, at: "\(path).\(member.key)") } ?? []
        }
    case (.array(let a), .array(let b)):
      guard let ours = a.first, let theirs = b.first else { return [] }
      return differences(ours, theirs, at: path + "[]")
    case (.null, _), (_, .null), (.string, .string), (.int, .int), (.bool, .bool): return []
    default: return [path]
    }
  }

  @Test(arguments: [
    ("channel.chat.message", "notification_channel_chat_message_plain"),
    ("channel.chat.message_delete", "notification_channel_chat_message_delete"),
    ("channel.chat.clear", "notification_channel_chat_clear"),
    ("channel.chat.clear_user_messages", "notification_channel_chat_clear_user_messages"),
    ("channel.chat.notification", "notification_channel_chat_notification_raid"),
    ("channel.chat_settings.update", "notification_channel_chat_settings_update"),
    ("stream.online", "notification_stream_online"), ("stream.offline", "notification_stream_offline"),
    ("channel.update", "notification_channel_update"),
    ("channel.shared_chat.begin", "notification_channel_shared_chat_begin"),
  ])
  func notificationsHaveTheSamplesKeys(type: String, name: String) async throws {
    try await withChat([type]) { twitch, bot, socket in
      let message = try await twitch.say(Simulator.Line(from: "tidewatch", "hello"), in: "harborlight")
      switch type {
      case "channel.chat.message_delete": try await twitch.deleteMessage(message.id, in: "harborlight")
      case "channel.chat.clear": try await twitch.clearChat("harborlight")
      case "channel.chat.clear_user_messages": try await twitch.clearChat("harborlight", of: "tidewatch")
      case "channel.chat.notification":
        try await twitch.notify(Simulator.Notice("raid", from: "northpier", count: 42), in: "harborlight")
      case "channel.chat_settings.update":
        try await twitch.setChatSettings("harborlight", Simulator.ChatSettings(slowSeconds: 30, followerMinutes: 10))
      case "stream.online": try await twitch.goLive("harborlight")
      case "stream.offline":
        try await twitch.goLive("harborlight")
        try await twitch.goOffline("harborlight")
      case "channel.update": try await twitch.updateChannel("harborlight", Simulator.ChannelChange(title: "new"))
      case "channel.shared_chat.begin": try await twitch.shareChat(["northpier", "harborlight"])
      default: break
      }
      let frame = try #require(await bot.frame(socket))
      #expect(differences(frame, try sample(name)) == [])
    }
  }

  @Test(arguments: [
    ("/users?login=harborlight", "helix_users"), ("/streams", "helix_streams_live"),
    ("/channels?broadcaster_id=71092938", "helix_channels"), ("/chat/emotes/global", "helix_emotes_global"),
    ("/chat/emotes?broadcaster_id=71092938", "helix_emotes_channel"),
    ("/chat/emotes/set?emote_set_id=0", "helix_emotes_set"), ("/chat/badges/global", "helix_badges_global"),
    ("/chat/badges?broadcaster_id=71092938", "helix_badges_channel"), ("/bits/cheermotes", "helix_cheermotes"),
    ("/chat/color?user_id=71092938", "helix_chat_color"),
    ("/chat/settings?broadcaster_id=71092938", "helix_chat_settings"),
    ("/shared_chat/session?broadcaster_id=71092938", "helix_shared_chat_session"),
    ("/authorization/users?user_id=71092938", "helix_authorization_by_user"),
    ("/eventsub/conduits", "helix_conduits_get"), ("/eventsub/subscriptions", "helix_subscriptions_list"),
    ("/nothing", "helix_conduit_404"), ("/channels", "helix_error_400_missing_parameter"),
  ])
  func answersHaveTheSamplesKeys(path: String, name: String) async throws {
    try await withChat { twitch, bot, _ in
      try await twitch.goLive("harborlight")
      try await twitch.shareChat(["northpier", "harborlight"])
      let answer = try await bot.api(.get, path)
      #expect(differences(answer.body, try sample(name)) == [])
    }
  }
}
