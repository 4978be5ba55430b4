import FoundationEssentials
import Logging
import Testing
import Twitch
import WebSockets

@testable import chat_relay

@Suite struct SettingsTests {
  @Test func flagsCountMoreThanVariablesAndVariablesMoreThanTheFile() async throws {
    var reader = try await makeReader(
      flags: [.host: "flag"], environment: ["CHAT_RELAY_HOST": "variable", "CHAT_RELAY_DATA": "variable"],
      file: #"{"host": "file", "data": "file", "port": 9000}"#)
    let server = ServerSettings(&reader)
    #expect(server.server.host == "flag")
    #expect(DataSettings(&reader).folder == "variable")
    #expect(server.server.port == 9000)
  }

  @Test func whatIsSetNowhereHasItsDefault() async throws {
    var reader = try await makeReader()
    let (server, data, twitch) = (ServerSettings(&reader), DataSettings(&reader), TwitchSettings(&reader))
    #expect(server.server.host == "127.0.0.1")
    #expect(server.server.port == 8080)
    #expect(server.shards == 2)
    #expect(server.webhookShards == 0)
    #expect(server.allowedOrigins == nil)
    #expect(data.folder == "chat-relay-data")
    #expect(twitch.endpoints == Endpoints())
    #expect(reader.logger(from: .notice).logLevel == .notice)
  }

  @Test func everySettingCanBeInTheFile() async throws {
    let file = """
      {
        "host": "::1", "port": 0, "data": "/d", "public_url": "https://chat.example.com", "base_path": "/chat",
        "allowed_origins": ["https://a.example", "https://b.example:8443"], "trusted_proxies": ["10.0.0.0/8"],
        "shards": 3, "webhook_shards": 1, "secret_key": "0123456789abcdef0123456789abcdef", "log_level": "debug",
        "twitch": {
          "client_id": "file-id", "client_secret": "file-secret", "api_url": "http://127.0.0.1:1/helix",
          "auth_url": "http://127.0.0.1:1/oauth2", "eventsub_url": "ws://127.0.0.1:1/ws"
        }
      }
      """
    let bare = ["TWITCH_CLIENT_ID": "", "TWITCH_CLIENT_SECRET": ""]
    #expect(problems(try await makeReader(environment: bare, file: file)) == [])
    var reader = try await makeReader(environment: bare, file: file)
    let (server, twitch) = (ServerSettings(&reader), TwitchSettings(&reader))
    #expect(server.allowedOrigins == ["https://a.example", "https://b.example:8443"])
    #expect(server.webhookShards == 1)
    #expect(twitch.application == Application(clientID: "file-id", clientSecret: Secret("file-secret")))
    #expect(twitch.endpoints.eventSub == "ws://127.0.0.1:1/ws")
    #expect(reader.logger(from: .notice).logLevel == .debug)
  }

  @Test func listsHaveCommasInVariables() async throws {
    var reader = try await makeReader(environment: ["CHAT_RELAY_ALLOWED_ORIGINS": "https://a.example,https://b.example"]
    )
    #expect(ServerSettings(&reader).allowedOrigins == ["https://a.example", "https://b.example"])
  }

  @Test(arguments: [
    (Setting.port, "abc", "--port is 'abc' and must be a whole number from 0 to 65535"),
    (.port, "70000", "--port is '70000' and must be a whole number from 0 to 65535"),
    (.host, "256.1.1.1", "--host is '256.1.1.1' and must be an IP address of this machine, or a name that has one"),
    (
      .host, "localhost:80",
      "--host is 'localhost:80' and must be an IP address of this machine, or a name that has one"
    ),
    (.shards, "-1", "--shards is '-1' and must be a whole number from 0 to 100"),
    (.shards, "0", "--shards is '0' and must be 1 or more when there are no webhook shards"),
    (.apiURL, "ws://x", "--twitch-api-url is 'ws://x' and must be an address that begins with https:// or http://"),
    (
      .eventSubURL, "https://x",
      "--twitch-eventsub-url is 'https://x' and must be an address that begins with wss:// or ws://"
    ),
    (
      .publicURL, "example.com",
      "--public-url is 'example.com' and must be an address that begins with https:// or http://"
    ),
    (
      .basePath, "chat/",
      "--base-path is 'chat/' and must be a path such as /chat, with a slash before it and none behind"
    ),
    (
      .trustedProxies, "localhost",
      "--trusted-proxies is 'localhost' and must be a list of addresses and networks such as 127.0.0.1,10.0.0.0/8"
    ),
    (
      .allowedOrigins, "https://a.example/",
      "--allowed-origins is 'https://a.example/' and must be a list of origins such as https://example.com, "
        + "without a slash at their end"
    ),
    (
      .logLevel, "loud",
      "--log-level is 'loud' and must be one of trace, debug, info, notice, warning, error, critical"
    ),
    (.publicFolder, "/nowhere", "--public-folder is '/nowhere' and must be a folder with an index.html in it"),
    (.tlsKey, "/nowhere", "--tls-key is '/nowhere' and must be the path of a file that can be read"),
  ])
  func aWrongValueIsToldWithItsNameAndWithWhatIsRight(setting: Setting, value: String, problem: String) async throws {
    #expect(problems(try await makeReader(flags: [setting: value])).contains(problem))
  }

  @Test func allWrongSettingsAreToldAtOnce() async throws {
    let reader = try await makeReader(
      flags: [.port: "x"], environment: ["CHAT_RELAY_SHARDS": "many", "TWITCH_CLIENT_ID": ""],
      file: #"{"log_level": "loud", "prot": 1, "twitch": {"clientid": "x"}}"#)
    let found = problems(reader)
    #expect(found.count == 6)
    for part in [
      "--port", "CHAT_RELAY_SHARDS", "TWITCH_CLIENT_ID", "\"log_level\" in", "\"prot\" in", "\"twitch.clientid\"",
    ] {
      #expect(found.contains { $0.contains(part) }, "\(part)")
    }
  }

  @Test func aSecretIsNeverShown() async throws {
    let reader = try await makeReader(environment: ["CHAT_RELAY_SECRET_KEY": "hunter2"])
    let found = problems(reader)
    #expect(found.count == 1)
    #expect(found[0].contains("CHAT_RELAY_SECRET_KEY must be 32 characters or more"))
    #expect(!found[0].contains("hunter2"))
  }

  @Test(arguments: ["[1]", "not json", ""])
  func aFileThatIsNoJSONObjectIsNamed(content: String) async throws {
    let found = problems(try await makeReader(file: content))
    #expect(found.count == 1)
    #expect(found[0].hasSuffix("is not a JSON object"))
  }

  @Test func aFileThatIsNotThereIsNamed() async throws {
    let reader = await SettingsReader(flags: [:], environment: [:], filePath: "/nowhere.json")
    #expect(problems(reader).first == "the configuration file /nowhere.json cannot be read")
  }

  @Test func webhookShardsNeedAnAddressThatTwitchCanReach() async throws {
    let http: [Setting: String] = [.webhookShards: "1", .publicURL: "http://chat.example.com"]
    #expect(problems(try await makeReader(flags: http)).count == 1)
    let simulated = http.merging([.apiURL: "http://127.0.0.1:1/helix"]) { $1 }
    #expect(problems(try await makeReader(flags: simulated)) == [])
    let https: [Setting: String] = [.webhookShards: "1", .publicURL: "https://chat.example.com"]
    #expect(problems(try await makeReader(flags: https)) == [])
  }

  @Test func aCertificateNeedsItsKey() async throws {
    try await withFile("PEM") { path in
      let found = problems(try await makeReader(flags: [.tlsCertificate: path]))
      #expect(found == ["--tls-certificate is '\(path)' and must be accompanied by CHAT_RELAY_TLS_KEY"])
      #expect(problems(try await makeReader(flags: [.tlsCertificate: path, .tlsKey: path])) == [])
    }
  }

  @Test(arguments: [
    ("127.0.0.1", "", "http://127.0.0.1:8080"), ("::1", "", "http://[::1]:8080"),
    ("0.0.0.0", "/chat", "http://0.0.0.0:8080/chat"),
  ])
  func theAddressIsOneThatABrowserTakes(host: String, basePath: String, url: String) async throws {
    var reader = try await makeReader(flags: [.host: host, .basePath: basePath.isEmpty ? "/" : basePath])
    #expect(ServerSettings(&reader).url(port: 8080) == url)
  }

  @Test(arguments: Setting.allCases)
  func anotherValueOfAnySettingIsNoticed(setting: Setting) async throws {
    let (file, key) = (#filePath, String(repeating: "k", count: 32))
    let usual: [Setting: String] = [.tlsCertificate: file, .tlsKey: file]
    let other: [Setting: String] = [
      .host: "127.0.0.2", .port: "1", .data: "elsewhere", .publicURL: "https://a.example",
      .publicFolder: checkout.path + "/./Public", .basePath: "/chat", .allowedOrigins: "https://a.example",
      .trustedProxies: "127.0.0.1", .tlsCertificate: "/etc/hosts", .tlsKey: "/etc/hosts", .shards: "3",
      .webhookShards: "1", .historyMessages: "1", .historyMinutes: "1", .metricsToken: "token", .secretKey: key,
      .logLevel: "trace",
      .clientID: "other", .clientSecret: "other", .apiURL: "http://a.example", .authURL: "http://a.example",
      .eventSubURL: "ws://a.example",
    ]
    var changed = usual
    changed[setting] = other[setting]
    // Webhook shards are nothing without an address.
    var before = usual
    if setting == .webhookShards {
      (before[.publicURL], changed[.publicURL]) = ("https://b.example", "https://b.example")
    }
    let old = try ServeSettings(await makeReader(flags: before))
    let new = try ServeSettings(await makeReader(flags: changed))
    #expect(new.differences(from: old) == [setting])
    #expect(old.differences(from: old) == [])
  }

  @Test(arguments: Setting.allCases)
  func theDocumentationHasAllThreeNames(setting: Setting) throws {
    let text = try String(contentsOf: checkout.appending(path: "docs/configuration.md"), encoding: .utf8)
    #expect(text.contains("| `\(setting.flag)` | `\(setting.variable)` | `\(setting.rawValue)` |"))
  }
}
