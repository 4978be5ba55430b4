import ArgumentParser
import FoundationEssentials
import Logging

/// A group of flags that stand for settings. All are texts: what is right for a setting is said in one place.
protocol SettingOptions {
  /// The flags of the group, given or not.
  var flags: [Setting: String?] { get }
}

/// What every command takes.
struct GeneralOptions: ParsableArguments, SettingOptions {
  @Option(help: "A JSON file with settings; flags and variables count more. [CHAT_RELAY_CONFIG]")
  var config: String?

  @Option(name: Setting.logLevel.name, help: Setting.logLevel.help)
  var logLevel: String?

  @Flag(help: "Print JSON for programs.")
  var json = false

  var flags: [Setting: String?] { [.logLevel: logLevel] }

  /// Begins to read the settings of a command that has these groups of flags.
  func reader(_ groups: any SettingOptions...) async -> SettingsReader {
    let environment = ProcessInfo.processInfo.environment
    var flags = flags.compactMapValues { $0 }
    for group in groups { flags.merge(group.flags.compactMapValues { $0 }) { $1 } }
    let filePath = config ?? environment["CHAT_RELAY_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    return await SettingsReader(flags: flags, environment: environment, filePath: filePath)
  }
}

/// What commands that read or change users, accounts and streams take.
struct DataOptions: ParsableArguments, SettingOptions {
  @Option(name: Setting.data.name, help: Setting.data.help)
  var data: String?

  @Option(name: Setting.secretKey.name, help: Setting.secretKey.help)
  var secretKey: String?

  var flags: [Setting: String?] { [.data: data, .secretKey: secretKey] }
}

/// What commands that talk to Twitch take.
struct TwitchOptions: ParsableArguments, SettingOptions {
  @Option(name: Setting.clientID.name, help: Setting.clientID.help)
  var clientID: String?

  @Option(name: Setting.clientSecret.name, help: Setting.clientSecret.help)
  var clientSecret: String?

  @Option(name: Setting.apiURL.name, help: Setting.apiURL.help)
  var apiURL: String?

  @Option(name: Setting.authURL.name, help: Setting.authURL.help)
  var authURL: String?

  @Option(name: Setting.eventSubURL.name, help: Setting.eventSubURL.help)
  var eventSubURL: String?

  var flags: [Setting: String?] {
    [
      .clientID: clientID, .clientSecret: clientSecret, .apiURL: apiURL, .authURL: authURL,
      .eventSubURL: eventSubURL,
    ]
  }
}

/// Where to listen.
struct ListenOptions: ParsableArguments, SettingOptions {
  @Option(name: Setting.host.name, help: Setting.host.help)
  var host: String?

  @Option(name: Setting.port.name, help: Setting.port.help)
  var port: String?

  var flags: [Setting: String?] { [.host: host, .port: port] }
}

/// What else a gateway is served with.
struct ServerOptions: ParsableArguments, SettingOptions {
  @Option(name: Setting.publicURL.name, help: Setting.publicURL.help)
  var publicURL: String?

  @Option(name: Setting.publicFolder.name, help: Setting.publicFolder.help)
  var publicFolder: String?

  @Option(name: Setting.basePath.name, help: Setting.basePath.help)
  var basePath: String?

  @Option(name: Setting.allowedOrigins.name, help: Setting.allowedOrigins.help)
  var allowedOrigins: String?

  @Option(name: Setting.trustedProxies.name, help: Setting.trustedProxies.help)
  var trustedProxies: String?

  @Option(name: Setting.tlsCertificate.name, help: Setting.tlsCertificate.help)
  var tlsCertificate: String?

  @Option(name: Setting.tlsKey.name, help: Setting.tlsKey.help)
  var tlsKey: String?

  @Option(name: Setting.shards.name, help: Setting.shards.help)
  var shards: String?

  @Option(name: Setting.webhookShards.name, help: Setting.webhookShards.help)
  var webhookShards: String?

  @Option(name: Setting.historyMessages.name, help: Setting.historyMessages.help)
  var historyMessages: String?

  @Option(name: Setting.historyMinutes.name, help: Setting.historyMinutes.help)
  var historyMinutes: String?

  @Option(name: Setting.metricsToken.name, help: Setting.metricsToken.help)
  var metricsToken: String?

  var flags: [Setting: String?] {
    [
      .publicURL: publicURL, .publicFolder: publicFolder, .basePath: basePath,
      .allowedOrigins: allowedOrigins, .trustedProxies: trustedProxies, .tlsCertificate: tlsCertificate,
      .tlsKey: tlsKey, .shards: shards, .webhookShards: webhookShards,
      .historyMessages: historyMessages, .historyMinutes: historyMinutes, .metricsToken: metricsToken,
    ]
  }
}
