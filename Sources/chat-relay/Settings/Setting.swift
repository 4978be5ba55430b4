import ArgumentParser

/// Everything that can be configured: the one table of its names.
///
/// The raw value is the key in the configuration file. The variable and the flag follow from it, so that whoever knows one
/// name knows all three.
enum Setting: String, CaseIterable {
  case host
  case port
  case data
  case publicURL = "public_url"
  case publicFolder = "public_folder"
  case basePath = "base_path"
  case allowedOrigins = "allowed_origins"
  case trustedProxies = "trusted_proxies"
  case tlsCertificate = "tls_certificate"
  case tlsKey = "tls_key"
  case shards
  case webhookShards = "webhook_shards"
  case historyMessages = "history_messages"
  case historyMinutes = "history_minutes"
  case metricsToken = "metrics_token"
  case secretKey = "secret_key"
  case logLevel = "log_level"
  case clientID = "twitch.client_id"
  case clientSecret = "twitch.client_secret"
  case apiURL = "twitch.api_url"
  case authURL = "twitch.auth_url"
  case eventSubURL = "twitch.eventsub_url"

  /// `CHAT_RELAY_PORT`, `TWITCH_CLIENT_ID`.
  var variable: String {
    let name = rawValue.uppercased().replacing(".", with: "_")
    return isTwitch ? name : "CHAT_RELAY_" + name
  }

  /// `--port`, `--twitch-client-id`.
  var flag: String { "--" + flagName }

  /// What swift-argument-parser calls the flag.
  var name: NameSpecification { .customLong(flagName) }

  /// The file's key of a setting of the gateway is a variable's without its prefix; Twitch's variables are whole.
  var isTwitch: Bool { rawValue.hasPrefix("twitch.") }

  /// Whether the value must not be shown to anybody, its owner included.
  var isSecret: Bool { self == .secretKey || self == .clientSecret || self == .metricsToken }

  /// Whether a running gateway takes on another value at SIGHUP; the others need a restart.
  var mayChange: Bool {
    switch self {
    case .publicURL, .publicFolder, .allowedOrigins, .trustedProxies, .tlsCertificate, .tlsKey, .shards, .webhookShards,
      .historyMessages, .historyMinutes, .metricsToken, .logLevel, .clientSecret:
      true
    case .host, .port, .data, .basePath, .secretKey, .clientID, .apiURL, .authURL, .eventSubURL:
      false
    }
  }

  private var flagName: String { rawValue.replacing(".", with: "-").replacing("_", with: "-") }

  /// The help of the flag; it names the variable, and the default where there is one.
  var help: ArgumentHelp { "\(purpose) [\(variable)]" }

  private var purpose: String {
    switch self {
    case .host: "The address to listen on; 127.0.0.1 unless given."
    case .port: "The port to listen on; 0 picks a free one, 8080 unless given."
    case .data: "The folder with the database and the key; chat-relay-data unless given."
    case .publicURL: "The address that browsers and Twitch use, when it is another than the one listened on."
    case .publicFolder: "The folder with the web pages; found beside the program unless given."
    case .basePath: "The path that a reverse proxy puts in front, such as /chat."
    case .allowedOrigins: "The web origins that may connect, with commas between; any that has a token unless given."
    case .trustedProxies: "The addresses whose X-Forwarded headers count, with commas between; none unless given."
    case .tlsCertificate: "The certificate chain (PEM) to serve https and wss with; needs \(Setting.tlsKey.flag)."
    case .tlsKey: "The certificate's private key (PEM)."
    case .shards: "How many shards of the conduit get a WebSocket; 2 unless given."
    case .webhookShards: "How many more get their events by HTTPS; needs \(Setting.publicURL.flag). 0 unless given."
    case .historyMessages: "How many of a stream's latest messages are kept; 2000 unless given."
    case .metricsToken: "What GET /metrics asks for as a bearer token; unless given it answers this machine alone."
    case .historyMinutes: "For how many minutes messages are kept, however many; 10 unless given."
    case .secretKey: "What tokens are sealed with: 32 characters or more; secret.key in the folder unless given."
    case .logLevel: "trace, debug, info, notice, warning, error or critical."
    case .clientID: "The application's client id from https://dev.twitch.tv/console/apps."
    case .clientSecret: "The application's client secret from the same page."
    case .apiURL: "Where Helix is; Twitch's own address unless given."
    case .authURL: "Where tokens come from; Twitch's own address unless given."
    case .eventSubURL: "Where EventSub's WebSocket is; Twitch's own address unless given."
    }
  }
}
