import ChatRelay
import Logging
import Twitch
import WebSockets

/// Everything that `serve` is told, read and found right.
struct ServeSettings: Sendable {
  let server: ServerSettings
  let data: DataSettings
  let twitch: TwitchSettings
  let logLevel: Logger.Level

  /// Throws ``WrongSettings`` about everything at once.
  init(_ reader: consuming SettingsReader) throws(WrongSettings) {
    server = ServerSettings(&reader)
    data = DataSettings(&reader)
    twitch = TwitchSettings(&reader)
    logLevel = reader.logLevel(else: .info)
    try reader.finish()
  }

  /// What the gateway is started with.
  var relay: Relay.Configuration { server.relay(twitch) }

  /// The settings that have another value there.
  func differences(from other: ServeSettings) -> [Setting] {
    Setting.allCases.filter { !isSame($0, as: other) }
  }

  private func isSame(_ setting: Setting, as other: ServeSettings) -> Bool {
    func same(_ value: (ServeSettings) -> some Equatable) -> Bool { value(self) == value(other) }
    return switch setting {
    case .host: same(\.server.server.host)
    case .port: same(\.server.server.port)
    case .data: same(\.data.folder)
    case .publicURL: same(\.server.publicURL)
    case .publicFolder: same(\.server.publicFolder)
    case .basePath: same(\.server.server.basePath)
    case .allowedOrigins: same(\.server.allowedOrigins)
    case .trustedProxies: same(\.server.server.trustedProxies)
    case .tlsCertificate: same(\.server.server.certificate?.chainPath)
    case .tlsKey: same(\.server.server.certificate?.keyPath)
    case .shards: same(\.server.shards)
    case .webhookShards: same(\.server.webhookShards)
    case .historyMessages: same(\.server.historyMessages)
    case .historyMinutes: same(\.server.historyMinutes)
    case .metricsToken: same(\.server.metricsToken)
    case .secretKey: same(\.data.secretKey)
    case .logLevel: same(\.logLevel)
    case .clientID: same(\.twitch.application.clientID)
    case .clientSecret: same(\.twitch.application.clientSecret)
    case .apiURL: same(\.twitch.endpoints.api)
    case .authURL: same(\.twitch.endpoints.auth)
    case .eventSubURL: same(\.twitch.endpoints.eventSub)
    }
  }
}
