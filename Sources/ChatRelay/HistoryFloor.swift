import DequeModule
import Storage

/// From where on a room's history is kept: so many messages or so long, whichever is more. What is older is not replayed, though it
/// may still be there until it is swept away.
///
/// Exact to a sixty-fourth. Knows no clock; times are in milliseconds since 1970. It counts what this run has said.
struct HistoryFloor {
  private static let precision = 64

  private struct Mark {
    /// The number of a message.
    var number: Int64
    var time: Int64
    /// How many messages there were before it.
    var count: Int
  }

  let retention: HistoryRetention
  private var marks: Deque<Mark> = []
  private var last: Mark?

  init(_ retention: HistoryRetention) {
    self.retention = retention
  }

  /// Counts a message that has the latest number.
  mutating func append(_ number: Int64, at now: Int64) {
    let mark = Mark(number: number, time: now, count: last.map { $0.count + 1 } ?? 0)
    last = mark
    if let latest = marks.last {
      guard mark.count - latest.count >= retention.messages / Self.precision,
        mark.time - latest.time >= retention.milliseconds / Int64(Self.precision)
      else { return }
    }
    marks.append(mark)
    while marks.count > 1, mayGo(before: marks[1], at: now) { marks.removeFirst() }
  }

  /// The place after which everything is kept; `nil` while that is everything there is.
  func place(at now: Int64) -> Int64? {
    guard let last else { return nil }
    if retention.messages == 0, last.time <= now - retention.milliseconds { return last.number }
    return marks.last { mayGo(before: $0, at: now) }.map { $0.number - 1 }
  }

  /// Whether nothing that is older than a message need be kept.
  private func mayGo(before mark: Mark, at now: Int64) -> Bool {
    let following = (last?.count ?? 0) + 1 - mark.count
    return following >= retention.messages && mark.time <= now - retention.milliseconds
  }
}
