import DequeModule

extension Simulator {
  /// What became of one notification, for those who count what a client must have seen.
  public struct Delivery: Sendable, Codable {
    /// What became of it.
    public enum Fate: String, Sendable, Codable {
      /// It was put on a socket that was read, as far as anybody knows.
      case sent
      /// It was put on a socket that had fallen silent: whoever holds the other end never sees it.
      case unheard
      /// It was put on a socket as a frame that nobody can read.
      case broken
      /// No enabled shard was there to take it, or a fault swallowed it.
      case lost
    }

    /// Counts up from 1.
    public var sequence: Int
    /// The notification's id; a notification that came twice has two entries.
    public var id: String
    /// The subscription type.
    public var type: String
    /// Whose channel it is about, by id, where it is about a channel.
    public var broadcaster: String?
    /// The chat message that it brings or is about, where it is about one.
    public var messageId: String?
    /// The shard it went to; nil when it was lost.
    public var shard: String?
    /// The session it went to; nil when it was lost.
    public var session: Identifier<Session>?
    /// What became of it.
    public var fate: Fate
  }

  /// What became of the notifications for conduits' WebSockets after a sequence number, in the order in which they were sent; of
  /// the last 100,000.
  public func deliveries(after sequence: Int = 0) -> [Delivery] { ledger.entries(after: sequence) }

  /// Notes what becomes of a notification.
  func enter(
    _ notification: Notification, _ fate: Delivery.Fate, shard: Int? = nil, session: Identifier<Session>? = nil
  ) {
    ledger.append { sequence in
      Delivery(
        sequence: sequence, id: notification.id, type: notification.type,
        broadcaster: notification.subscription.broadcaster?.rawValue,
        messageId: notification.event?["message_id"]?.string, shard: shard.map(String.init), session: session,
        fate: fate)
    }
  }
}

/// The latest deliveries, oldest first.
struct Ledger {
  private static let limit = 100_000

  private var entries: Deque<Simulator.Delivery> = []
  private var lastSequence = 0

  mutating func append(_ make: (_ sequence: Int) -> Simulator.Delivery) {
    lastSequence += 1
    entries.append(make(lastSequence))
    if entries.count > Ledger.limit { entries.removeFirst() }
  }

  func entries(after sequence: Int) -> [Simulator.Delivery] {
    Array(entries.suffix(min(entries.count, max(0, lastSequence - sequence))))
  }
}
