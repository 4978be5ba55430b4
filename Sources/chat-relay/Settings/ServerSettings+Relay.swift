import ChatRelay
import Logging
import Storage
import Twitch
import WebSockets

extension ServerSettings {
  /// The configuration of a gateway that is this application at Twitch.
  func relay(_ twitch: TwitchSettings) -> Relay.Configuration {
    var configuration = Relay.Configuration(
      publicFolder: publicFolder, application: twitch.application, endpoints: twitch.endpoints)
    configuration.server = server
    configuration.publicURL = publicURL
    configuration.shards = shards
    configuration.webhookShards = webhookShards
    configuration.allowedOrigins = allowedOrigins
    configuration.historyMessages = historyMessages
    configuration.historyMinutes = historyMinutes
    configuration.metricsToken = metricsToken
    return configuration
  }

  /// The address of a gateway that listens on that port.
  func url(port: Int) -> String {
    let host = server.host.contains(":") ? "[\(server.host)]" : server.host
    return "\(server.certificate == nil ? "http" : "https")://\(host):\(port)\(server.basePath)"
  }
}
