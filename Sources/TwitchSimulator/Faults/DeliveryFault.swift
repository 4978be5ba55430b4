extension Simulator {
  /// What goes wrong with the next notifications.
  public struct DeliveryFault: Sendable, Codable {
    /// What happens to a notification.
    public enum Kind: String, Sendable, Codable, CaseIterable {
      /// It comes twice with one notification id.
      case duplicate
      /// It comes twice with two notification ids (twitchdev/issues#918).
      case duplicateNewId = "duplicate_new_id"
      /// It comes on its shard and, with the same id, on another one.
      case twoShards = "two_shards"
      /// It comes `delay` seconds late, while others overtake it.
      case delay
      /// It waits for the next notification and comes after that.
      case swap
      /// It comes on another shard than the hash says.
      case otherShard = "other_shard"
      /// It never comes.
      case drop
      /// `fragments`, `badges` and the like are null instead of empty (twitchdev/issues#983).
      case nullArrays = "null_arrays"
      /// Enumerated strings have values that nobody knows, and there is a key that nobody knows.
      case unknownValues = "unknown_values"
      /// The subscription type is one that nobody knows.
      case unknownType = "unknown_type"
      /// A key that nobody knows carries one MiB of text.
      case huge
      /// The frame ends in the middle.
      case brokenJSON = "broken_json"
      /// The frame is no UTF-8.
      case brokenUTF8 = "broken_utf8"
    }

    /// What happens.
    public var kind: Kind
    /// The subscription type it concerns; nil is any.
    public var type: String?
    /// The shard it concerns; nil is any.
    public var shard: String?
    /// How many notifications it hits; 1 when left out, 0 is all from now on.
    public var times: Int?
    /// Seconds, for `delay`; 1 when left out.
    public var delay: Double?

    /// Describes a fault of notifications.
    public init(_ kind: Kind, type: String? = nil, shard: String? = nil, times: Int? = nil, delay: Double? = nil) {
      self.kind = kind
      self.type = type
      self.shard = shard
      self.times = times
      self.delay = delay
    }
  }
}
