import Storage
import Twitch

@testable import ChatRelay

/// A client that comes and goes, and hands back its cursor. It brings itself up to date as `Relay+Resumption` does.
final class ClientModel {
  enum Item {
    case line(Line, isReplayed: Bool)
    case gap(at: ContinuousClock.Instant, isReplayed: Bool)
    case removal(messageID: String, author: Author?, account: AccountID)
  }

  private let world: World
  let user: UserID
  private(set) var items: [Item] = []
  private(set) var cursor: Int64?
  private(set) var isConnected = false
  private(set) var isAttached = false
  /// How many lines of each channel there were when it began to see any.
  private(set) var base: [Int]?
  private var connection = 0

  private var place: Int64 = 0
  private var isPastGap = false

  init(_ world: World, user: Int64) {
    self.world = world
    self.user = UserID(rawValue: user)
  }

  func connect() {
    guard !isConnected, let room = world.room else { return }
    isConnected = true
    connection += 1
    guard let cursor else {
      // Who has seen nothing has missed nothing.
      base = world.twitch.lines.map(\.count) + [world.whispers.count]
      return isAttached = true
    }
    (place, isPastGap) = (cursor, false)
    guard cursor <= room.history.head else {
      tellGap(before: room.history.head + 1)
      return isAttached = true
    }
    replay()
  }

  func disconnect() {
    isConnected = false
    isAttached = false
    connection += 1
  }

  func see(_ entry: HistoryEntry, isReplayed: Bool) {
    guard entry.isFor(user) else { return }
    cursor = entry.number
    world.note("client \(ObjectIdentifier(self).hashValue % 1000): \(world.lines[entry.number]?.id ?? "\(entry.kind)")")
    switch entry.kind {
    case .message: if let line = world.lines[entry.number] { items.append(.line(line, isReplayed: isReplayed)) }
    case .moderation:
      if let line = world.lines[entry.number] { items.append(.line(line, isReplayed: isReplayed)) }
      items.append(.removal(messageID: entry.messageID, author: entry.author, account: entry.account))
    case .gap: items.append(.gap(at: world.agenda.now, isReplayed: isReplayed))
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
    switch room.history.next(after: place) {
    case .end: isAttached = true
    case .entries(let entries):
      send(entries)
      later(replay)
    case .stored:
      let tailStart = room.history.tailStart
      later {
        let page = self.world.disk.page(after: self.place)
        self.later { self.send(page, tailStart, room) }
      }
    }
  }

  private func send(_ page: HistoryStore.Page, _ tailStart: Int64, _ room: RoomModel) {
    let first = page.entries.first?.number ?? tailStart + 1
    if !page.isComplete, !isPastGap { tellGap(before: min(first, tailStart + 1)) }
    send(page.entries.filter { $0.number <= tailStart && !room.history.hasForgotten($0) })
    let last = page.entries.last.map { $0.number <= tailStart ? $0.number : tailStart } ?? tailStart
    place = max(place, last)
    replay()
  }

  private func send(_ entries: [HistoryEntry]) {
    for entry in entries {
      place = entry.number
      switch entry.kind {
      case .message where entry.isFor(user), .moderation: isPastGap = false
      case .gap where !isPastGap: isPastGap = true
      default: continue
      }
      see(entry, isReplayed: true)
    }
  }

  private func tellGap(before number: Int64) {
    isPastGap = true
    see(HistoryEntry(number: number - 1, time: 0, kind: .gap, payload: []), isReplayed: true)
  }
}
