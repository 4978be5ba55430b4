public import Logging
public import WebSockets

/// The conduit, its shards and its subscriptions: wanted against actual, and what is missing put right.
///
/// Belongs to one actor, the one whose executor is the event loop: made, started and called there only. Runs from `start`
/// to `stop`; failures between the two never end it, they only delay the next try.
public final class ConduitPool {
  /// A channel whose chat and stream are wanted, and the linked account through whose eyes the chat is read.
  public struct Channel: Hashable, Sendable {
    /// Whose channel it is.
    public var broadcaster: TwitchUserID
    /// Who reads: the account that granted `user:bot` and `user:read:chat`.
    public var reader: TwitchUserID

    /// Creates a wish.
    public init(broadcaster: TwitchUserID, reader: TwitchUserID) {
      self.broadcaster = broadcaster
      self.reader = reader
    }
  }

  /// Where the deliveries of one shard go to.
  public enum Transport: Hashable, Sendable {
    /// A socket that the pool opens.
    case webSocket
    /// A public HTTPS address of this gateway, whose requests are handed to `respond(to:)`.
    case webhook(callback: String, secret: Secret)
  }

  /// Called once for each notification, duplicates taken out.
  public var onNotification: (Notification) -> Void = { _ in }
  /// Called when Twitch took a subscription away.
  public var onRevocation: (Revocation) -> Void = { _ in }
  /// Called when another conduit than the stored one is used from now on, to be stored.
  public var onConduit: (ConduitID) -> Void = { _ in }
  /// Called when `status` changed in a way that people are told about: readiness, a shard's state, a channel's.
  public var onChange: () -> Void = {}

  /// Makes a pool that does nothing until it is started.
  public init(
    helix: Helix, clientID: ClientID, endpoints: Endpoints, transports: [Transport], storedConduit: ConduitID?,
    loop: EventLoop, logger: Logger
  ) { fatalError() }

  /// Begins to work; the channels wanted can be given before or after.
  public func start(on owner: isolated any Actor) {}

  /// Closes the sockets and ends all work. The conduit and its subscriptions stay at Twitch for the next start.
  public func stop() async {}

  /// Says which channels are wanted from now on, all of them.
  public func want(_ channels: Set<Channel>) {}

  /// Says what shards are wanted from now on: one for each transport, shard "0" first.
  public func want(_ transports: [Transport]) {}

  /// Whether Twitch confirmed every wanted shard and none of them has fallen silent.
  public var isReady: Bool { false }

  /// What the pool is like right now, for people and metrics.
  public var status: ConduitStatus { fatalError() }

  /// Answers a request that came to a webhook shard's callback.
  public func respond(to request: Request) -> Response { fatalError() }
}
