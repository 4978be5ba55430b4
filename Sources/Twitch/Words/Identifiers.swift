/// A Twitch account: broadcaster, chatter or bot. Digits in practice; names change, this does not.
public struct TwitchUserID: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// An application registered at Twitch. Everything that a token may do is tied to it.
public struct ClientID: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// A conduit: the numbered shards that subscriptions are delivered to.
public struct ConduitID: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// A shard's place in its conduit: "0" up to the shard count less one, a string in Twitch's JSON.
public struct ShardID: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Names the shard at that place.
  public init(_ index: Int) { rawValue = String(index) }

  /// The place as a number; nil when Twitch sent something else.
  public var index: Int? { Int(rawValue) }
}

/// An EventSub WebSocket session, as its welcome names it.
public struct SessionID: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// An EventSub subscription.
public struct SubscriptionID: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// A chat message in one channel. In shared chat each channel's copy has its own.
public struct MessageID: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// One EventSub delivery; a repeated delivery carries the same one.
public struct NotificationID: Word {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}
