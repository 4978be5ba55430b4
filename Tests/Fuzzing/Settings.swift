import ChatRelay
import Logging
import WebSockets

@testable import chat_relay

/// A configuration file: whatever it is, it is read, or all that is wrong with it is told, its secrets excepted. The first line
/// has flags (`port=80;host=::1`), the rest is the file.
func readSettings(_ bytes: [UInt8]) {
  var input = Input(bytes)
  var flags: [Setting: String] = [:]
  for flag in input.line().split(separator: ";") {
    let parts = flag.split(separator: "=", maxSplits: 1).map(String.init)
    if parts.count == 2, let setting = Setting(rawValue: parts[0]) { flags[setting] = parts[1] }
  }
  let content = input.rest()
  // Foundation of Swift 6.3.1 leaks a page for each empty file that it reads.
  file.write(content.isEmpty ? [0x20] : content)
  InlineExecutor.run { [flags] in await check(flags) }
}

private let file = MemoryFile()

private func check(_ flags: [Setting: String]) async {
  var reader = await SettingsReader(
    // Looking for the pages would take longer than all the rest.
    flags: flags, environment: [Setting.publicFolder.variable: "Public"], filePath: file.path)
  let (server, data, twitch) = (ServerSettings(&reader), DataSettings(&reader), TwitchSettings(&reader))
  _ = reader.logLevel(else: .notice)
  do throws(WrongSettings) {
    try reader.finish()
  } catch {
    let told = error.description
    promise(!told.isEmpty, "what is wrong is told")
    for secret in [flags[.secretKey], flags[.clientSecret]].compactMap(\.self) where secret.utf8.count >= 16 {
      promise(!told.contains("'\(secret)'"), "a secret is not told")
    }
    return
  }
  let configuration = server.relay(twitch)
  promise((0...65535).contains(configuration.server.port), "a port is one")
  promise(configuration.shards + configuration.webhookShards > 0, "there is a shard")
  promise(!data.folder.isEmpty || flags[.data] == "", "there is a folder")
  promise(!server.url(port: 80).isEmpty, "the gateway has an address")
}
