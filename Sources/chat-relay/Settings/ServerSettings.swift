import FoundationEssentials
import Twitch
import WebSockets

/// How the gateway is reached, and how many shards it keeps.
struct ServerSettings {
  var server = Server.Configuration()
  var publicURL: String?
  var publicFolder: String
  var shards: Int
  var webhookShards: Int
  var allowedOrigins: [String]?
  var historyMessages: Int
  var historyMinutes: Int
  var metricsToken: Secret?

  init(_ reader: inout SettingsReader) {
    server.host = Self.host(&reader)
    server.port = reader.number(.port, in: 0...65535, else: 8080)
    server.certificate = Self.certificate(&reader)
    server.basePath = Self.basePath(&reader)
    server.trustedProxies = Self.trustedProxies(&reader)
    publicURL = reader.address(.publicURL, schemes: ["https", "http"])
    publicFolder = Self.publicFolder(&reader)
    shards = reader.number(.shards, in: 0...100, else: 2)
    webhookShards = reader.number(.webhookShards, in: 0...100, else: 0)
    allowedOrigins = reader.origins(.allowedOrigins)
    historyMessages = reader.number(.historyMessages, in: 0...100_000, else: 2000)
    metricsToken = reader.text(.metricsToken).map { Secret($0) }
    historyMinutes = reader.number(.historyMinutes, in: 0...10_080, else: 10)
    if shards + webhookShards == 0 { reader.refuse(.shards, "1 or more when there are no webhook shards") }
    if webhookShards > 0, !isReachableByTwitch(&reader) {
      reader.refuse(
        .webhookShards, "0 unless \(Setting.publicURL.variable) is an https:// address that Twitch can reach")
    }
  }

  /// Twitch delivers to https:// only; a simulator that is itself plain http:// does with less.
  private func isReachableByTwitch(_ reader: inout SettingsReader) -> Bool {
    guard let publicURL else { return false }
    return publicURL.hasPrefix("https://") || reader.text(.apiURL)?.hasPrefix("http://") == true
  }

  /// A name is looked up when listening; what looks like an IP address has to be one.
  private static func host(_ reader: inout SettingsReader) -> String {
    guard let host = reader.text(.host) else { return "127.0.0.1" }
    let isNumeric = host.contains(":") || host.allSatisfy { $0.isWholeNumber || $0 == "." }
    if isNumeric, host.contains("/") || TrustedProxies([host]) == nil {
      reader.refuse(.host, "an IP address of this machine, or a name that has one")
    }
    return host
  }

  private static func certificate(_ reader: inout SettingsReader) -> Server.Certificate? {
    let certificate = readableFile(.tlsCertificate, &reader)
    let key = readableFile(.tlsKey, &reader)
    switch (certificate, key) {
    case (let certificate?, let key?): return Server.Certificate(chainPath: certificate, keyPath: key)
    case (_?, nil): reader.refuse(.tlsCertificate, "accompanied by \(Setting.tlsKey.variable)")
    case (nil, _?): reader.refuse(.tlsKey, "accompanied by \(Setting.tlsCertificate.variable)")
    case (nil, nil): break
    }
    return nil
  }

  private static func readableFile(_ setting: Setting, _ reader: inout SettingsReader) -> String? {
    guard let path = reader.text(setting) else { return nil }
    if !FileManager.default.isReadableFile(atPath: path) {
      reader.refuse(setting, "the path of a file that can be read")
    }
    return path
  }

  private static func basePath(_ reader: inout SettingsReader) -> String {
    guard let path = reader.text(.basePath), path != "/" else { return "" }
    if !path.hasPrefix("/") || path.hasSuffix("/") || path.contains(where: { "?#% ".contains($0) }) {
      reader.refuse(.basePath, "a path such as /chat, with a slash before it and none behind")
    }
    return path
  }

  private static func trustedProxies(_ reader: inout SettingsReader) -> TrustedProxies {
    guard let list = reader.list(.trustedProxies) else { return TrustedProxies() }
    if let proxies = TrustedProxies(list) { return proxies }
    reader.refuse(.trustedProxies, "a list of addresses and networks such as 127.0.0.1,10.0.0.0/8")
    return TrustedProxies()
  }

  private static func publicFolder(_ reader: inout SettingsReader) -> String {
    if let path = reader.text(.publicFolder) {
      if !PublicFolder.hasPages(path) { reader.refuse(.publicFolder, "a folder with an index.html in it") }
      return path
    }
    return PublicFolder.find() ?? reader.required(.publicFolder, "set it to the folder Public of chat-relay's sources")
  }
}
