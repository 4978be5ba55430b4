import Storage
import TestSupport
import Twitch

@testable import ChatRelay

/// A client that comes and goes, and hands back its cursor. It is brought up to date as `Relay+Resumption` does it.
final class ClientModel {
  enum Item {
    case line(Line, isReplayed: Bool)
    /// Told at that time, to those who were there.
    case gap(at: ContinuousClock.Instant)
    case removal(messageID: String, author: Author?, account: AccountID)
  }

  private unowned let world: World
  let name: Int
  let user: UserID
  private(set) var items: [Item] = []
  private(set) var cursor: Int64?
  private(set) var isConnected = false
  private(set) var isAttached = false
  /// How many lines of each channel there were when it began to see any.
  private(set) var base: [Int]?
  private var connection = 0
  private var catchUp = CatchUp(after: 0)

  init(_ world: World, name: Int) {
    self.world = world
    self.name = name
    user = UserID(rawValue: Int64(name % 2 + 1))
  }

  func connect() {
    guard !isConnected, let room = world.room else { return }
    isConnected = true
    connection += 1
    guard let cursor else {
      // What was said before is nothing that it misses.
      base = world.twitch.lines.map(\.count) + [world.whispers.count]
      return attach(to: room, isPastGap: false)
    }
    let place = cursor <= room.history.head ? cursor : room.history.start
    catchUp = CatchUp(after: place, isPastGap: room.history.isGap(at: place))
    replay()
  }

  private func attach(to room: RoomModel, isPastGap: Bool) {
    isAttached = true
    room.attach(isPastGap: isPastGap)
  }

  func disconnect() {
    isConnected = false
    isAttached = false
    connection += 1
  }

  func see(_ entry: HistoryEntry, isReplayed: Bool) {
    guard entry.isFor(user) else { return }
    cursor = entry.number
    world.note("client \(name): \(world.lines[entry.number]?.id ?? "\(entry.kind)")\(isReplayed ? " again" : "")")
    switch entry.kind {
    case .message:
      if let line = world.lines[entry.number] {
        items.append(.line(line, isReplayed: isReplayed))
      }
    case .moderation:
      if let line = world.lines[entry.number] {
        items.append(.line(line, isReplayed: isReplayed))
      }
      items.append(.removal(messageID: entry.messageID, author: entry.author, account: entry.account))
    case .gap: items.append(.gap(at: world.gaps[entry.number] ?? world.agenda.now))
    }
  }

  // Catching up.

  private func later(_ action: @escaping () -> Void) {
    let current = connection
    world.agenda.after(world.dice.milliseconds(0...20)) {
      if self.connection == current { action() }
    }
  }

  private func replay() {
    guard let room = world.room else { return }
    switch room.history.next(after: catchUp.place) {
    case .end: attach(to: room, isPastGap: catchUp.isPastGap)
    case .entries(let entries):
      for entry in entries { send(entry) }
      later(replay)
    case .stored:
      let hand = CatchUp.Hand(
        start: room.history.tailStart, first: room.history.tail.first,
        lostThrough: .min)
      later {
        let page = self.world.disk.page(after: self.catchUp.place)
        self.later { self.send(page, hand, room) }
      }
    }
  }

  private func send(_ page: HistoryStore.Page, _ hand: CatchUp.Hand, _ room: RoomModel) {
    if let place = catchUp.open(page, hand) { tellGap(at: place) }
    for entry in page.entries where entry.number <= hand.start && !room.history.hasForgotten(entry) { send(entry) }
    if let place = catchUp.close(page, hand) { tellGap(at: place) }
    later(replay)
  }

  private func send(_ entry: HistoryEntry) {
    if catchUp.takes(entry, for: user) { see(entry, isReplayed: true) }
  }

  private func tellGap(at place: Int64) {
    see(HistoryEntry(number: place, time: 0, kind: .gap, payload: []), isReplayed: true)
  }
}
