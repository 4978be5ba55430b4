import FoundationEssentials
import Logging
import Storage
import Twitch
import WebSockets

/// Brings those who connect up to date with what they missed.
extension Relay {
  /// Starts to bring a connection up to date, and finishes at once if there is nothing to catch up with.
  func bringUpToDate(_ connection: Connection, in room: Room, from resumption: Resumption) {
    if case .since = resumption { metrics.resumed() }
    switch resumption {
    case .live:
      room.attach(connection, isPastGap: false)
    case .since(let cursor) where cursor.stream == room.stream:
      // A place that this run has not come to yet is of one that left nothing behind: all that there is came after it.
      let place = cursor.number <= room.history.head ? cursor.number : room.history.start
      let start = CatchUp(after: place, isPastGap: room.history.isGap(at: place))
      Task { await replay(to: connection, in: room, start) }
    case .since, .lost:
      tellGap(connection, in: room, at: room.history.head)
      room.attach(connection, isPastGap: true)
    case .latest(let count):
      Task { await replay(to: connection, in: room, await latest(count, in: room, for: connection.user)) }
    }
  }

  /// Replays what came after the place, from disk and from memory, at the pace at which the connection takes it.
  private func replay(to connection: Connection, in room: Room, _ start: CatchUp) async {
    var catchUp = start
    while connection.isOpen {
      if let place = catchUp.skip(to: room.historyStart(retention)) { tellGap(connection, in: room, at: place) }
      switch room.history.next(after: catchUp.place) {
      case .end:
        return room.attach(connection, isPastGap: catchUp.isPastGap)
      case .entries(let entries):
        for entry in entries { send(entry, to: connection, &catchUp) }
      case .stored:
        await replayStored(to: connection, in: room, &catchUp)
      }
      await connection.drained()
    }
  }

  private func replayStored(to connection: Connection, in room: Room, _ catchUp: inout CatchUp) async {
    let hand = CatchUp.Hand(
      start: room.history.tailStart, first: room.history.tail.first,
      lostThrough: historyKeeper.lostThrough[room.stream] ?? .min)
    var page = HistoryStore.Page(isComplete: false, entries: [])
    do {
      page = try await store.history.page(of: room.stream, after: catchUp.place)
    } catch {
      logger.warning("The history cannot be read", metadata: ["stream": "\(room.stream)", "error": "\(error)"])
    }
    guard connection.isOpen else { return }
    if let place = catchUp.open(page, hand) { tellGap(connection, in: room, at: place) }
    for entry in page.entries where entry.number <= hand.start {
      if connection.queuedBytes > History.batchSize { await connection.drained() }
      // What moderation has taken away since the disk was read is known here.
      if !room.history.hasForgotten(entry) { send(entry, to: connection, &catchUp) }
    }
    if let place = catchUp.close(page, hand) { tellGap(connection, in: room, at: place) }
  }

  private func send(_ entry: HistoryEntry, to connection: Connection, _ catchUp: inout CatchUp) {
    if catchUp.takes(entry, for: connection.user) { connection.send(encoded: entry.payload) }
  }

  private func tellGap(_ connection: Connection, in room: Room, at place: Int64) {
    metrics.toldGap()
    let gap = GapMessage(stream: room.stream, time: Timestamp(.now))
    connection.send(encoded: gap.encoded(at: Cursor(room.stream, place)))
  }

  /// The place before the last messages that a user may see.
  private func latest(_ count: Int, in room: Room, for user: UserID) async -> CatchUp {
    let arrival = room.history.head
    let (place, found) = room.history.placeBefore(last: count, for: user)
    guard found < count else { return CatchUp(after: place, arrival: arrival) }
    let before = room.history.tailStart + 1
    let older = try? await store.history.placeBefore(last: count - found, of: room.stream, for: user, before: before)
    return CatchUp(after: older ?? place, arrival: arrival)
  }
}
