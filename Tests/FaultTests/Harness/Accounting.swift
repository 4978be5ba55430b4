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

  /// Compares. `said` are the ids of lines that were said, also those for which Twitch had no subscription, and `seen` those of
  /// lines in the order in which they came.
  init(_ deliveries: [Simulator.Delivery], said: [String] = [], seen: [String]) {
    var places: [String: (channel: String, place: Int)] = [:]
    var missed = Set(said)
    // A line that came as something else than a line was delivered, too.
    var others: Set<String> = []
    for delivery in deliveries {
      guard let id = delivery.messageId, let channel = delivery.broadcaster else { continue }
      if delivery.fate != .sent {
        missed.insert(id)
      } else if delivery.type != "channel.chat.message" {
        others.insert(id)
      } else if places[id] == nil {
        places[id] = (channel, places.count)
      }
    }
    delivered = places.count
    undelivered = missed.subtracting(places.keys).subtracting(others).count
    compare(places, seen)
  }

  private mutating func compare(_ places: [String: (channel: String, place: Int)], _ seen: [String]) {
    var latest: [String: Int] = [:]
    var once: Set<String> = []
    for id in seen {
      let isNew = once.insert(id).inserted
      if !isNew { doubled.append(id) }
      guard let (channel, place) = places[id] else { continue }
      if isNew, place < latest[channel, default: -1] { outOfOrder.append(id) }
      latest[channel] = max(place, latest[channel, default: -1])
    }
    lost = places.filter { !once.contains($0.key) }.sorted { $0.value.place < $1.value.place }.map(\.key)
  }

  var description: String {
    "\(delivered) delivered, \(lost.count) lost, \(doubled.count) doubled, \(outOfOrder.count) out of order, "
      + "\(undelivered) not delivered"
  }
}
