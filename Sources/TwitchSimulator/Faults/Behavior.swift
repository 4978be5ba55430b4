extension Simulator {
  /// The switches of the simulated Twitch; the defaults are how Twitch behaves (FACTS section 12).
  ///
  /// Over HTTP the names are in snake_case. Times are in seconds of the simulator's clock.
  public struct Behavior: Sendable, Codable {
    /// When the echo of a sent message comes, compared with the answer to the call that sent it.
    public enum Echo: String, Sendable, Codable {
      case before, after, random, never
    }

    /// How long an unassigned socket lives before 4003.
    public var unusedSocketSeconds = 10.0
    /// How long the client has to move after `session_reconnect`, and the old socket to be closed, before 4004.
    public var reconnectSeconds = 30.0
    /// How often sockets are pinged; one that does not answer until the next ping is closed with 4002. 0 sends none.
    public var pingSeconds = 30.0
    /// Whether a new socket is greeted at all.
    public var sendsWelcome = true
    /// How long the welcome is held back.
    public var welcomeDelaySeconds = 0.0
    /// What the welcome says of the keepalive, in JSON: anything in place of the seconds that hold. Empty for those.
    public var welcomeKeepalive = ""
    /// Whether a requested reconnect gives a new session id, which Twitch does not do but its official mock does.
    public var newSessionOnReconnect = false
    /// Whether surplus shards stay listed and fed after the conduit was made smaller (twitchdev/issues#914).
    public var shrinkLeavesShards = false
    /// How many conduits one application may have.
    public var conduitLimit = 5
    /// How long a conduit outlives its last enabled shard.
    public var conduitLifetimeSeconds = 72.0 * 3600
    /// `max_total_cost` of the application.
    public var maximumCost = 10_000
    /// Whether a 409 names the existing subscription, as Twitch does since April 2026.
    public var conflictNamesExisting = true
    /// How many rows a page of shards or subscriptions has.
    public var pageSize = 100
    /// Points of an API bucket, given back over `rateLimitSeconds`.
    public var rateLimit = 800
    /// How long an empty bucket takes to fill.
    public var rateLimitSeconds = 60.0
    /// Points of the bucket of Send Chat Message, given back over `rateLimitSeconds`.
    public var chatRateLimit = 1_000
    /// Whether the limits on chat messages per account (FACTS 9.4) are enforced.
    public var enforcesChatLimits = true
    /// How long an account that broke its limit is ignored.
    public var chatPenaltySeconds = 3_600.0
    /// When the sender's own message comes back.
    public var echo = Echo.random
    /// The status for a message over 500 code points: 400 as observed, 422 as documented.
    public var tooLongStatus = 400
    /// Messages with one of these words are held by AutoMod.
    public var heldWords = ["automodme"]
    /// Whether a message sent in a shared chat names its own channel as the source, instead of null.
    public var namesLocalSource = false
    /// How far Get Streams lags behind `stream.online` and `stream.offline`.
    public var streamsLagSeconds = 0.0
    /// Lifetime of a user access token.
    public var userTokenSeconds = 14_400.0
    /// Lifetime of an app access token.
    public var appTokenSeconds = 5_011_271.0
    /// Whether a confidential client, too, gets a new refresh token with every refresh, the old one becoming invalid.
    public var rotatesRefreshTokens = false
    /// Seconds between two polls of the device grant.
    public var deviceInterval = 5
    /// Whether polling faster than the interval is answered with `slow_down`.
    public var sendsSlowDown = false
    /// Login of the user signed in to the simulated browser: authorize pages approve at once in their name.
    public var signedIn = ""
    /// How many deliveries in a row a webhook may fail before it is disabled.
    public var webhookFailureLimit = 5
    /// Whether pictures' addresses lead to this simulator, instead of Twitch's CDN as in the captured answers.
    public var ownPictures = true

    /// Twitch as documented and observed.
    public init() {}
  }
}
