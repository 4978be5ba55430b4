import TwitchSimulator

/// What Twitch delivered to shards that were alive, against what one client saw.
struct Accounting: CustomStringConvertible {
  /// Lines that Twitch delivered to a shard that was read.
  private(set) var delivered = 0
  /// Lines that reached no shard that was read, or none that anybody can read; nobody can relay those.
  private(set) var undelivered = 0
  /// Delivered, and never seen.
  private(set) var lost: [String] = []
  /// Seen more than once.
  private(set) var doubled: [String] = []
  /// Seen after a later line of the same channel.
  private(set) var outOfOrder: [String] = []
  /// Missing or out of order, with no gap behind what was said before.
  private(set) var untold: [String] = []

  /// Where a line stands among all that were said.
  private struct Place: Comparable {
    /// How many of `said` come before it.
    var number: Int
    /// How many others were delivered since the latest of those.
    var others = 0

    static func < (one: Place, other: Place) -> Bool {
      (one.number, one.others) < (other.number, other.others)
    }
  }

  private var places: [String: Place] = [:]
  /// The channels of those that were delivered.
  private var channels: [String: String] = [:]

  /// Compares. `said` are the ids of lines in the order in which they were said, also those for which Twitch had no subscription;
  /// others were said when they were delivered. `seen` are those of lines in the order in which they came, with `nil` for a gap.
  init(_ deliveries: [Simulator.Delivery], said: [String] = [], seen: [String?]) {
    for (number, id) in said.enumerated() { places[id] = Place(number: number) }
    var latest = Place(number: -1)
    var missed = Set(said)
    // A line that came as something else than a line was delivered, too.
    var others: Set<String> = []
    for delivery in deliveries {
      guard let id = delivery.messageId, let channel = delivery.broadcaster else { continue }
      if let place = places[id] {
        latest = max(latest, place)
      } else {
        latest.others += 1
        places[id] = latest
      }
      if delivery.fate != .sent {
        missed.insert(id)
      } else if delivery.type != "channel.chat.message" {
        others.insert(id)
      } else {
        channels[id] = channel
      }
    }
    missed = missed.subtracting(channels.keys).subtracting(others)
    delivered = channels.count
    undelivered = missed.count
    compare(seen)
    untold = (missed + lost + outOfOrder).filter { !isTold($0, seen) }
  }

  private mutating func compare(_ seen: [String?]) {
    var latest: [String: Place] = [:]
    var once: Set<String> = []
    for case let id? in seen {
      let isNew = once.insert(id).inserted
      if !isNew { doubled.append(id) }
      guard let channel = channels[id], let place = places[id] else { continue }
      if isNew, let last = latest[channel], place < last { outOfOrder.append(id) }
      latest[channel] = max(place, latest[channel] ?? place)
    }
    lost = channels.keys.filter { !once.contains($0) }
  }

  /// Whether a gap came after the last line of some channel that was said before this one. Which one it is missing from is not
  /// known of a line that Twitch had no subscription for.
  private func isTold(_ id: String, _ seen: [String?]) -> Bool {
    guard let lastGap = seen.lastIndex(of: nil), let place = places[id] else { return false }
    var before: [String: Int] = [:]
    for (index, id) in seen.enumerated() {
      guard let id, let channel = channels[id], let other = places[id], other < place else { continue }
      before[channel] = index
    }
    return before.values.min().map { $0 < lastGap } ?? true
  }

  var description: String {
    "\(delivered) delivered, \(lost.count) lost, \(doubled.count) doubled, \(outOfOrder.count) out of order, "
      + "\(undelivered) not delivered, \(untold.count) of which no gap told"
  }
}
