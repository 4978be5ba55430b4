import Logging
import Storage
import Twitch
import WebSockets

/// Who is live and how many watch.
extension Relay {
  /// How soon after a change Twitch is asked how many watch.
  private static let soon: Duration = .seconds(2)

  /// Looks again and again at the channels that somebody watches. All others are looked at once, when they become known.
  func lookAtChannels() async {
    while (try? await loop.sleep(for: configuration.viewCountInterval)) != nil {
      await look(at: watchedChannels())
    }
  }

  /// Answers a request for `viewcount` with what is known.
  func sendViewCounts(to connection: Connection) {
    let accounts = directory.accounts(of: connection.stream)
    let live = accounts.filter(isLive)
    for account in live.isEmpty ? accounts : live {
      connection.send(viewCount(of: account, on: connection.stream))
    }
  }

  /// An event said that a channel is live, or is not any more.
  func liveStateChanged(of channel: TwitchUserID) {
    guard let account = directory.account(networkUserID: channel.rawValue) else { return }
    statusMayHaveChanged(of: rooms.keys.filter { shows(account.id, on: $0) })
    for stream in directory.streams(carrying: account.id) {
      if let room = rooms[stream.id] { lookSoon(for: room) }
    }
  }

  /// Somebody came, or went live: when a count is missing there or old, it is asked for before its turn.
  func lookSoon(for room: Room) {
    guard earlyLook == nil, room.isWatched, !staleChannels(of: room.stream).isEmpty else { return }
    earlyLook = loop.schedule(after: Self.soon) {
      self.earlyLook = nil
      let watched = self.rooms.values.filter(\.isWatched)
      let stale = Set(watched.flatMap { self.staleChannels(of: $0.stream) })
      Task { await self.look(at: Array(stale)) }
    }
  }

  private func staleChannels(of stream: StreamID) -> [TwitchUserID] {
    channels(of: stream).filter { liveStates.isStale($0, at: .now, after: configuration.viewCountInterval) }
  }

  /// The channels of all streams, whose chat is read.
  var streamChannels: Set<TwitchUserID> {
    Set(directory.streams.keys.flatMap { channels(of: $0) })
  }

  /// The channels of all accounts: status says of each whether it is live, also of those whose chat no stream carries.
  var linkedChannels: Set<TwitchUserID> {
    Set(directory.accounts.values.filter { Network(of: $0) == .twitch }.map(\.twitchUser))
  }

  /// Those of the streams that somebody is on, and those of the people there.
  private func watchedChannels() -> [TwitchUserID] {
    let watched = rooms.values.filter(\.isWatched)
    let present = Set(watched.flatMap(\.users))
    let own = directory.accounts.values.filter { account in
      present.contains(account.owner) || directory.users(sharing: account.id).contains { present.contains($0.id) }
    }
    return Array(linkedChannels.intersection(own.map(\.twitchUser) + watched.flatMap { channels(of: $0.stream) }))
  }

  func channels(of stream: StreamID) -> [TwitchUserID] {
    directory.accounts(of: stream).filter { Network(of: $0) == .twitch }
      .map(\.twitchUser)
  }

  func look(at channels: [TwitchUserID]) async {
    for start in stride(from: 0, to: channels.count, by: 100) {
      let batch = Array(channels[start..<min(start + 100, channels.count)])
      do {
        let found = try await helix.streams(of: batch)
        update(batch, found)
      } catch {
        logger.warning("Twitch did not say who is live", metadata: ["error": "\(error)"])
        return
      }
    }
  }

  private func update(_ channels: [TwitchUserID], _ found: [TwitchStream]) {
    let broadcasts = Dictionary(found.map { ($0.userID, $0) }) { first, _ in first }
    for channel in channels {
      let change = liveStates.look(at: channel, found: broadcasts[channel].map(LiveStates.Broadcast.init), at: .now)
      if change.viewersChanged { pushViewCount(of: channel) }
      if change.liveChanged { liveStateChanged(of: channel) }
    }
  }

  private func pushViewCount(of channel: TwitchUserID) {
    guard let account = directory.account(networkUserID: channel.rawValue) else { return }
    for stream in directory.streams(carrying: account.id) {
      guard let room = rooms[stream.id] else { continue }
      let message = viewCount(of: account, on: stream.id).encoded()
      for connection in room.connections { connection.send(encoded: message) }
    }
  }

  private func viewCount(of account: Account, on stream: StreamID) -> ViewCountResult {
    let viewers = liveStates.viewers(of: account.twitchUser)
    return ViewCountResult(stream: stream, account: account.id, count: viewers ?? 0)
  }
}

extension LiveStates.Broadcast {
  fileprivate init(_ stream: TwitchStream) {
    self.init(
      startedAt: stream.startedAt, viewers: stream.viewerCount,
      title: ChannelTitle(title: stream.title, category: stream.gameName))
  }
}
