import DequeModule
import Storage
import Twitch

/// What a room remembers: the latest entries, and what moderators took away lately.
///
/// What is older is on disk. Knows neither disk nor clock nor connections; entries and times are given to it.
struct History {
  /// How many entries are at hand at least, once there are as many and so many are to be kept.
  static let tailLength = 256
  /// How much is replayed at once, in bytes.
  static let batchSize = 64 << 10
  /// How long it is remembered what was taken away, for what comes late, in milliseconds.
  static let memory: Int64 = 10 * 60_000

  /// What a connection that catches up gets next.
  enum Next {
    /// These entries.
    case entries([HistoryEntry])
    /// What is on disk after the place.
    case stored
    /// Nothing: from here on it hears what is said.
    case end
  }

  private struct Forgotten {
    var removal: Removal
    /// Entries with smaller numbers are concerned.
    var before: Int64
    /// When it was said that they go, by the network's clock.
    var time: Int64
  }

  private let tailLength: Int
  /// The latest entries, oldest first. Never empty: each run begins with a gap.
  private(set) var tail: Deque<HistoryEntry>
  /// The place before all that this run has.
  let start: Int64
  /// The greatest number that was given away.
  private(set) var head: Int64
  /// Up to where entries are on disk, or lost; only those may leave the tail.
  private var settled: Int64
  /// The latest time by the network's clock.
  private var newest: Int64 = 0
  private var forgottenMessages: [Removal: Int64] = [:]
  private var forgotten: [Forgotten] = []

  /// Goes on after earlier runs of the gateway.
  ///
  /// - Parameters:
  ///   - last: The greatest number that is known from them.
  ///   - moderation: Their latest acts of moderation.
  ///   - now: In milliseconds since 1970. The numbers begin with it, so that those which an earlier run gave away and did
  ///     not get to disk are never given away again. Where the clock is behind what is known, they begin somewhere after that,
  ///     in another place at each moment.
  init(
    after last: Int64? = nil, moderation: [HistoryEntry] = [], retention: HistoryRetention = HistoryRetention(),
    now: Int64, gap: (_ number: Int64) -> HistoryEntry
  ) {
    tailLength = retention.milliseconds > 0 ? Self.tailLength : max(1, min(retention.messages, Self.tailLength))
    let (clock, least) = (now * 1000, (last ?? 0) + 1_000_000)
    let first = gap(clock >= least ? clock : least + clock % 1_000_000_000)
    tail = [first]
    start = first.number - 1
    head = first.number
    settled = 0
    for entry in moderation {
      if let removal = entry.removal { forget(removal, before: entry.number, at: entry.time) }
    }
  }

  /// Gives away the next number.
  mutating func nextNumber() -> Int64 {
    head += 1
    return head
  }

  /// Remembers an entry that has the latest number.
  mutating func append(_ entry: HistoryEntry) {
    if entry.hasNetworkTime { newest = max(newest, entry.time) }
    tail.append(entry)
    trim()
  }

  /// Forgets entries with smaller numbers than `number`; those that come late too, if they are older than `time`.
  ///
  /// - Parameter time: When the network says that they go; `nil` when it was not the network that said so.
  mutating func remove(_ removal: Removal, before number: Int64, at time: Int64?) {
    tail.removeAll { $0.number < number && removal.covers($0) }
    forget(removal, before: number, at: time ?? newest)
  }

  private mutating func forget(_ removal: Removal, before number: Int64, at time: Int64) {
    newest = max(newest, time)
    if case .message = removal {
      forgottenMessages[removal] = time
    } else {
      forgotten.removeAll { $0.removal == removal }
      forgotten.append(Forgotten(removal: removal, before: number, time: time))
    }
  }

  /// Lets go of what was taken away long ago.
  mutating func forgetOldRemovals() {
    forgottenMessages = forgottenMessages.filter { $0.value >= newest - Self.memory }
    forgotten.removeAll { $0.time < newest - Self.memory }
  }

  /// Whether a message that comes only now was taken away already.
  func wasRemoved(_ entry: HistoryEntry) -> Bool {
    if forgottenMessages[.message(entry.messageID, in: entry.account)] != nil { return true }
    return forgotten.contains { $0.time > entry.time && $0.removal.covers(entry) }
  }

  /// Whether an entry that was read from disk has been taken away meanwhile.
  func hasForgotten(_ entry: HistoryEntry) -> Bool {
    if entry.kind == .message, forgottenMessages[.message(entry.messageID, in: entry.account)] != nil { return true }
    return forgotten.contains { entry.number < $0.before && $0.removal.covers(entry) }
  }

  /// Notes up to where entries are on disk, or lost.
  mutating func settle(through number: Int64) {
    settled = max(settled, number)
    trim()
  }

  private mutating func trim() {
    while tail.count > tailLength, let first = tail.first, first.number <= settled { tail.removeFirst() }
  }

  /// Whether nothing was said since the last gap.
  var isPastGap: Bool { tail.last?.kind == .gap }

  /// Whether there is a gap at a place, as far as that is at hand.
  func isGap(at place: Int64) -> Bool {
    let index = tail.partitioningIndex { $0.number >= place }
    return index < tail.endIndex && tail[index].number == place && tail[index].kind == .gap
  }

  /// Where the entries at hand begin: everything after this place is in the tail.
  var tailStart: Int64 { tail.first.map { $0.number - 1 } ?? head }

  /// What comes after a place.
  func next(after place: Int64) -> Next {
    if place >= head { return .end }
    guard place >= tailStart else { return .stored }
    var batch: [HistoryEntry] = []
    var size = 0
    for entry in tail[tail.partitioningIndex { $0.number > place }...] {
      if size > 0, size + entry.payload.count > Self.batchSize { break }
      size += entry.payload.count
      batch.append(entry)
    }
    // Moderation may have taken away everything after the place.
    return batch.isEmpty ? .end : .entries(batch)
  }

  /// The place before the last `count` messages at hand that a user may see, and how many were found.
  func placeBefore(last count: Int, for user: UserID) -> (place: Int64, found: Int) {
    var (place, found) = (head, 0)
    for entry in tail.reversed() where found < count && entry.kind == .message && entry.isFor(user) {
      place = entry.number - 1
      found += 1
    }
    return (place, found)
  }
}

extension HistoryEntry {
  /// Whether its time is by the network's clock, not by ours.
  fileprivate var hasNetworkTime: Bool { kind != .gap && account != .internalChat }
}

extension Deque {
  /// The first index whose element, and every later one's, fulfils the condition.
  fileprivate func partitioningIndex(where condition: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
