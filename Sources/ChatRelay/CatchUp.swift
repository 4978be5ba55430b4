import Storage

/// How far somebody who comes back has come, and what is sent of what the history has: a pure value.
struct CatchUp {
  /// What has been seen, or need not be seen.
  private(set) var place: Int64
  /// For who has nothing yet, where the room was when they came: what moderators had taken away by then they need not hear of, nor
  /// of a gap before the first message.
  private let arrival: Int64?
  /// Whether a message was sent already.
  private var hasMessages = false
  /// Whether a gap was told, and nothing since.
  private(set) var isPastGap: Bool

  /// Begins after that place; for who has nothing yet, with the room's head at their arrival.
  ///
  /// - Parameter isPastGap: Whether a gap is what was told there.
  init(after place: Int64, arrival: Int64? = nil, isPastGap: Bool = false) {
    self.place = place
    self.arrival = arrival
    self.isPastGap = isPastGap
  }

  /// Whether it has nothing yet, so that it misses nothing either.
  private var isNew: Bool { arrival != nil && !hasMessages }

  /// Whether this entry, the next one, is to be sent to that user.
  mutating func takes(_ entry: HistoryEntry, for user: UserID) -> Bool {
    guard entry.number > place else { return false }
    place = entry.number
    switch entry.kind {
    case .message where entry.isFor(user):
      isPastGap = false
      hasMessages = true
    case .moderation where arrival.map { entry.number > $0 } ?? true: isPastGap = false
    case .gap where !isPastGap && !isNew: isPastGap = true
    default: return false
    }
    return true
  }

  /// What is up to that place is not kept any more. Gives back the place of a gap that is to be told for that.
  mutating func skip(to start: Int64) -> Int64? {
    guard place < start else { return nil }
    place = start
    guard !isPastGap, !isNew else { return nil }
    isPastGap = true
    return start
  }

  /// What was at hand when the disk was read: nothing that leaves memory meanwhile may be passed over.
  struct Hand {
    /// The history's `tailStart`, and the first entry after it.
    let start: Int64
    let first: HistoryEntry?
    /// Up to where entries of the room were dropped in this run; the disk tells of it only by a gap, which may be at hand already.
    let lostThrough: Int64
  }

  /// The page, read from disk, comes next. Gives back the place of a gap that is to be told before it.
  mutating func open(_ page: HistoryStore.Page, _ hand: Hand) -> Int64? {
    page.isComplete ? nil : gap(before: page.entries.first { $0.number <= hand.start } ?? hand.first)
  }

  /// The page has been gone through. Gives back the place of a gap that is to be told after it.
  mutating func close(_ page: HistoryStore.Page, _ hand: Hand) -> Int64? {
    if let last = page.entries.last, last.number <= hand.start {
      place = max(place, last.number)
      return nil
    }
    defer { place = max(place, hand.start) }
    return hand.lostThrough > place ? gap(before: hand.first) : nil
  }

  private mutating func gap(before entry: HistoryEntry?) -> Int64? {
    guard !isPastGap, !isNew, let entry else { return nil }
    isPastGap = true
    // A gap that the room remembers is the same one, and not to be told again to who comes back from here.
    return entry.kind == .gap ? entry.number : entry.number - 1
  }
}
