import FoundationEssentials
import Logging
import Storage
import Twitch
import WebSockets

/// Brings those who connect up to date with what they missed.
extension Relay {
  /// How long after a gap the next one is told of at the soonest.
  private static let gapPause: Duration = .seconds(2)

  /// Where a connection stands that catches up.
  private struct Progress {
    /// What it has seen, or need not see.
    var place: Int64
    /// Whether it gets messages alone: one that has nothing yet needs no deletions, and no gap before its first message.
    var isNew = false
    /// Whether it got a message already.
    var hasMessages = false
    /// Whether it was told of a gap and of nothing since.
    var isPastGap = false
  }

  /// Starts to bring a connection up to date, and finishes at once if there is nothing to catch up with.
  func bringUpToDate(_ connection: Connection, in room: Room, from resumption: Resumption) {
    if case .since = resumption { metrics.resumed() }
    switch resumption {
    case .live:
      room.attach(connection)
    case .since(let cursor) where cursor.stream == room.stream && cursor.number <= room.history.head:
      Task { await replay(to: connection, in: room, Progress(place: cursor.number)) }
    case .since, .lost:
      tellGap(connection, in: room, at: room.history.head)
      room.attach(connection)
    case .latest(let count):
      Task { await replay(to: connection, in: room, await latest(count, in: room, for: connection.user)) }
    }
  }

  /// Twitch may have lost something of a channel's chat, or of all: everybody concerned is told, and so is who comes back later.
  func tellGap(in broadcaster: TwitchUserID?) {
    var rooms = Array(rooms.values)
    if let broadcaster {
      guard let account = directory.account(networkUserID: broadcaster.rawValue) else { return }
      rooms = directory.streams(carrying: account.id).compactMap { self.rooms[$0.id] }
    }
    for room in rooms { tellGap(in: room) }
  }

  /// Tells a room of a gap, unless nothing has been said since the last one. While every message is in doubt it is told every
  /// few seconds and once after the last doubt, not before each message.
  private func tellGap(in room: Room) {
    guard room.history.tail.last?.kind != .gap, room.gapTimer == nil else { return }
    let earliest = room.lastGap.map { $0 + Self.gapPause } ?? .now
    guard earliest > .now else { return room.publish(GapMessage(stream: room.stream, time: Timestamp(.now))) }
    room.gapTimer = loop.schedule(after: earliest - .now) {
      room.gapTimer = nil
      self.tellGap(in: room)
    }
  }

  /// Replays what came after the place, from disk and from memory, at the pace at which the connection takes it.
  private func replay(to connection: Connection, in room: Room, _ start: Progress) async {
    var progress = start
    while connection.isOpen {
      let start = room.historyStart(retention)
      if progress.place < start {
        if !progress.isPastGap, !progress.isNew { tellGap(connection, in: room, at: start) }
        (progress.place, progress.isPastGap) = (start, true)
      }
      switch room.history.next(after: progress.place) {
      case .end:
        return room.attach(connection)
      case .entries(let entries):
        for entry in entries { send(entry, to: connection, &progress) }
      case .stored:
        await replayStored(to: connection, in: room, &progress)
      }
      await connection.drained()
    }
  }

  private func replayStored(to connection: Connection, in room: Room, _ progress: inout Progress) async {
    // Nothing that leaves memory while the disk is read may be passed over.
    let (tailStart, tailFirst) = (room.history.tailStart, room.history.tail.first)
    let hasLost = historyKeeper.hasLost(after: progress.place, in: room.stream)
    var page = HistoryStore.Page(isComplete: false, entries: [])
    do {
      page = try await store.history.page(of: room.stream, after: progress.place)
    } catch {
      logger.warning("The history cannot be read", metadata: ["stream": "\(room.stream)", "error": "\(error)"])
    }
    guard connection.isOpen else { return }
    if !page.isComplete {
      tellGap(connection, in: room, before: page.entries.first { $0.number <= tailStart } ?? tailFirst, &progress)
    }
    for entry in page.entries where entry.number <= tailStart {
      if connection.queuedBytes > History.batchSize { await connection.drained() }
      // What moderation has taken away since the disk was read is known here.
      if !room.history.hasForgotten(entry) { send(entry, to: connection, &progress) }
    }
    if let last = page.entries.last, last.number <= tailStart {
      progress.place = max(progress.place, last.number)
    } else {
      if hasLost { tellGap(connection, in: room, before: tailFirst, &progress) }
      progress.place = max(progress.place, tailStart)
    }
  }

  private func send(_ entry: HistoryEntry, to connection: Connection, _ progress: inout Progress) {
    progress.place = entry.number
    switch entry.kind {
    case .message where entry.isFor(connection.user):
      progress.isPastGap = false
      progress.hasMessages = true
    case .moderation where !progress.isNew: progress.isPastGap = false
    case .gap where !progress.isPastGap && (!progress.isNew || progress.hasMessages): progress.isPastGap = true
    default: return
    }
    connection.send(encoded: entry.payload)
  }

  private func tellGap(
    _ connection: Connection, in room: Room, before entry: HistoryEntry?, _ progress: inout Progress
  ) {
    guard !progress.isPastGap, !progress.isNew, let entry else { return }
    progress.isPastGap = true
    // A gap that the room remembers is the same one, and not to be told again to who comes back from here.
    tellGap(connection, in: room, at: entry.kind == .gap ? entry.number : entry.number - 1)
  }

  private func tellGap(_ connection: Connection, in room: Room, at place: Int64) {
    metrics.toldGap()
    let gap = GapMessage(stream: room.stream, time: Timestamp(.now))
    connection.send(encoded: gap.encoded(at: Cursor(room.stream, place)))
  }

  /// The place before the last messages that a user may see.
  private func latest(_ count: Int, in room: Room, for user: UserID) async -> Progress {
    let (place, found) = room.history.placeBefore(last: count, for: user)
    guard found < count else { return Progress(place: place, isNew: true) }
    let before = room.history.tailStart + 1
    let older = try? await store.history.placeBefore(last: count - found, of: room.stream, for: user, before: before)
    return Progress(place: older ?? place, isNew: true)
  }
}
