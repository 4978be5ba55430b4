import Foundation
import Testing

@testable import Twitch

@Suite struct NotificationTests {
  static let names: [String] = {
    let folder = Bundle.module.bundleURL.appendingPathComponent("Samples")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasPrefix("notification_") || $0.hasPrefix("ws_") }.map { String($0.dropLast(5)) }.sorted()
  }()

  private func notification(_ name: String) throws -> Twitch.Notification {
    let message = try decoded(Array(Sample(name).data))
    guard case .notification(let notification) = message else { throw EventSubError.unreadable("no notification") }
    return notification
  }

  private let broadcaster = ChatUser(id: "71092938", login: "harborlight", name: "HarborLight")
  private let mossycobalt = ChatUser(id: "5551002", login: "mossycobalt", name: "mossycobalt")

  @Test func thereAreSamples() {
    #expect(Self.names.count > 50)
  }

  @Test(arguments: names) func everySampleIsRead(name: String) throws {
    _ = try decoded(Array(Sample(name).data))
  }

  @Test func aNotificationSaysWhichAndWhen() throws {
    let notification = try notification("notification_channel_chat_clear")
    #expect(notification.id == "ro2u5vx-onKNGK4dnHOG6VYdirGz-a9m8mZpMoEfaOc=")
    #expect(notification.timestamp == Timestamp("2026-03-14T18:12:10.123456789Z"))
  }

  @Test func moderationIsRead() throws {
    #expect(try notification("notification_channel_chat_clear").event == .clear(broadcaster: broadcaster))
    #expect(
      try notification("notification_channel_chat_clear_user_messages").event
        == .clearUserMessages(broadcaster: broadcaster, target: mossycobalt))
    #expect(
      try notification("notification_channel_chat_message_delete").event
        == .messageDelete(
          MessageDelete(
            broadcaster: broadcaster, target: mossycobalt, messageID: "b53cf466-37a2-4248-ab18-fcd061c0fe32")))
  }

  @Test func streamsAreRead() throws {
    #expect(
      try notification("notification_stream_online").event
        == .streamOnline(
          StreamOnline(
            broadcaster: broadcaster, streamID: "51239874561", type: "live", startedAt: "2026-03-14T18:00:03Z")))
    #expect(try notification("notification_stream_offline").event == .streamOffline(broadcaster: broadcaster))
    #expect(
      try notification("notification_channel_update").event
        == .channelUpdate(
          ChannelUpdate(
            broadcaster: broadcaster, title: "Sunset coding by the pier",
            categoryName: "Software and Game Development", language: "en")))
  }

  @Test func disabledShardsAreRead() throws {
    let conduit: ConduitID = "4f1c9a52-6d0e-4f7b-9c31-2b8e7d5a1060"
    #expect(
      try notification("notification_conduit_shard_disabled_websocket").event
        == .shardDisabled(
          ShardDisabled(
            conduitID: conduit, shardID: "1", status: "websocket_disconnected",
            sessionID: "AgoQHQx-UpCkTA6xrWo_0rnocRIGY2VsbC1i")))
    #expect(
      try notification("notification_conduit_shard_disabled_webhook").event
        == .shardDisabled(
          ShardDisabled(conduitID: conduit, shardID: "3", status: "notification_failures_exceeded")))
  }

  @Test(arguments: [
    ("notification_channel_chat_settings_update", "channel.chat_settings.update"),
    ("notification_channel_chat_user_message_hold", "channel.chat.user_message_hold"),
    ("notification_channel_shared_chat_begin", "channel.shared_chat.begin"),
    ("notification_user_whisper_message", "user.whisper.message"),
    ("notification_user_authorization_revoke_deleted_user", "user.authorization.revoke"),
  ])
  func typesThatNobodyAskedForAreSkipped(name: String, type: String) throws {
    #expect(try notification(name).event == .unknown(type: SubscriptionType(type)))
  }
}
