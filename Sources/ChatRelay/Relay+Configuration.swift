public import Twitch
public import WebSockets

extension Relay {
  /// What a gateway is started with.
  public struct Configuration: Sendable {
    /// Address, port, certificate, base path and proxies.
    public var server = Server.Configuration()
    /// The folder with the pages; read once, at start.
    public var publicFolder: String
    /// The address under which browsers and Twitch reach this gateway, when it is not the one it listens on.
    public var publicURL: String?
    /// Who this gateway is at Twitch.
    public var application: Application
    /// Where Twitch is.
    public var endpoints: Endpoints
    /// How many shards the conduit has that this gateway opens a socket for.
    public var shards = 2
    /// How many shards it has, after those, that Twitch delivers to by HTTPS; needs `publicURL`.
    public var webhookShards = 0
    /// Where emotes' pictures are: an address with `{{id}}`, `{{format}}`, `{{theme_mode}}` and `{{scale}}` in it.
    public var emoteTemplate = EmoteImages.twitch
    /// The web pages, besides the gateway's own, that may connect. `nil`: any whose request has a token in its query.
    public var allowedOrigins: [String]?
    /// How many of a room's latest messages are kept for those who come back, at least.
    public var historyMessages = 2000
    /// For how many minutes a room's messages are kept for them, at least.
    public var historyMinutes = 10
    /// What `/metrics` asks for as a bearer token. `nil`: the metrics are for this machine alone.
    public var metricsToken: Secret?
    /// How often viewer counts are asked for while somebody watches.
    package var viewCountInterval: Duration = .seconds(60)
    /// How often to look whose token is to be validated.
    package var validationPause: Duration = .seconds(60)
    /// For how long a line is of any use to those who read it.
    package var longestWait: Duration = .seconds(180)
    /// How long a line's echo is waited for when Twitch did not answer for the line.
    package var echoPatience: Duration = .seconds(10)

    /// Takes what has no default.
    public init(publicFolder: String, application: Application, endpoints: Endpoints = Endpoints()) {
      self.publicFolder = publicFolder
      self.application = application
      self.endpoints = endpoints
    }
  }
}
