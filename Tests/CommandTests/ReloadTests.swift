import Foundation
import HTTPTypes
import Testing
import TwitchSimulator
import WebSockets

/// SIGHUP, seen from outside.
@Suite(.timeLimit(.minutes(2))) struct ReloadTests {
  /// Runs a gateway on a configuration file.
  private func withGateway(
    _ configuration: String, _ arguments: [String] = [], _ environment: [String: String] = [:],
    _ test: (Premises, RunningProgram) async throws -> Void
  ) async throws {
    try await withPremises { home in
      try home.configure(configuration)
      let gateway = try await home.serve(["--config", home.file] + arguments, environment)
      try await test(home, gateway)
      await gateway.signal(SIGTERM)
      #expect(try await gateway.ends() == .exit(status: 0))
    }
  }

  /// Changes the file, has it read, and gives what the gateway says to that.
  private func reload(_ configuration: String, _ home: Premises, _ gateway: RunningProgram) async throws -> String {
    try home.configure(configuration)
    await gateway.signal(SIGHUP)
    let line = try await gateway.logs("Settings read again")
    return line.split(separator: "Settings read again").last.map(String.init) ?? ""
  }

  @Test func whatMayChangeChangesAndTheRestIsNamed() async throws {
    try await withGateway(#"{"shards": 2}"#) { home, gateway in
      let alice = try await home.visitor(of: gateway)
      try await home.twitch.wait(for: .init(sockets: 2, shards: 2, exactly: true))
      #expect(try await reload(#"{"shards": 2}"#, home, gateway) == ": nothing changed")
      #expect(
        try await reload(#"{"shards": 4, "base_path": "/chat", "log_level": "debug"}"#, home, gateway)
          == ": changed shards, log_level; needs a restart: base_path")
      try await home.twitch.wait(for: .init(sockets: 4, shards: 4, exactly: true))
      #expect(try await alice.get("/healthz").status == .ok)
      // What waits for a restart goes on waiting, and is named again.
      #expect(
        try await reload(#"{"shards": 1, "base_path": "/chat", "log_level": "debug"}"#, home, gateway)
          == ": changed shards; needs a restart: base_path")
      try await home.twitch.wait(for: .init(sockets: 1, shards: 1, exactly: true))
      _ = try await alice.get("/readyz", until: .ok)
    }
  }

  @Test func whoMayConnectCanChange() async throws {
    try await withGateway("{}") { home, gateway in
      let alice = try await home.visitor(of: gateway)
      #expect(try await handshake(alice, home) == "101")
      #expect(
        try await reload(#"{"allowed_origins": ["https://mine.example"]}"#, home, gateway)
          == ": changed allowed_origins")
      #expect(try await handshake(alice, home) == "403")
      #expect(
        try await reload(
          #"{"allowed_origins": ["https://mine.example"], "trusted_proxies": ["127.0.0.1"]}"#, home, gateway)
          == ": changed trusted_proxies")
      #expect(
        try await reload(
          #"{"allowed_origins": ["https://mine.example"], "public_url": "https://other.example"}"#, home, gateway)
          == ": changed public_url, trusted_proxies")
      #expect(try await handshake(alice, home) == "101")
    }
  }

  /// The status of a handshake from another site's page.
  private func handshake(_ visitor: Visitor, _ home: Premises) async throws -> String {
    let curl = try await RunningProgram.start(
      [
        "-siN", "--max-time", "1", "http://\(visitor.origin)\(home.path)", "-H", "Connection: Upgrade",
        "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13",
        "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "-H", "Origin: https://other.example",
      ], of: "/usr/bin/curl")
    let status = try await curl.says("HTTP/1.1 ")
    await curl.kill9()
    return status.split(separator: " ").dropFirst().first.map(String.init) ?? ""
  }

  @Test func pagesAreReadAgain() async throws {
    try await withPremises { home in
      let pages = home.folder + "/pages"
      try FileManager.default.createDirectory(atPath: pages, withIntermediateDirectories: true)
      try "old".write(toFile: pages + "/index.html", atomically: true, encoding: .utf8)
      let gateway = try await home.serve([], ["CHAT_RELAY_PUBLIC_FOLDER": pages])
      let alice = try await home.visitor(of: gateway)
      #expect(try await alice.get("/").body == Data("old".utf8))
      try "new".write(toFile: pages + "/index.html", atomically: true, encoding: .utf8)
      await gateway.signal(SIGHUP)
      try await gateway.logs("Settings read again: nothing changed")
      #expect(try await alice.get("/").body == Data("new".utf8))
      await gateway.kill9()
    }
  }

  @Test(arguments: [
    ("{", "is not a JSON object"), (#"{"prot": 1}"#, #""prot" in"#), (#"{"shards": "many"}"#, #""shards" in"#),
    (#"{"tls_certificate": "/nowhere", "tls_key": "/nowhere"}"#, "the path of a file that can be read; "),
    (#"{"twitch": {"client_secret": "hush"}}"#, "Twitch does not accept the client id or the client secret"),
  ])
  func aBrokenFileLeavesEverythingAsItWas(file: String, reason: String) async throws {
    let secret = try #require(Simulator.Client.example.secret)
    let right = #"{"log_level": "notice", "twitch": {"client_secret": "\#(secret)"}}"#
    try await withGateway(right, [], ["TWITCH_CLIENT_SECRET": ""]) { home, gateway in
      let alice = try await home.visitor(of: gateway)
      _ = try await alice.get("/readyz", until: .ok)
      let line = try await reload(file, home, gateway)
      #expect(line.hasPrefix(" and left as they were: ") && line.contains(reason), "\(line)")
      #expect(!line.contains("hush"))
      #expect(try await alice.get("/readyz").status == .ok)
      #expect(try await reload(right, home, gateway) == ": nothing changed")
    }
  }

  @Test func flagsAndVariablesStillCountMore() async throws {
    try await withGateway("{}", ["--shards", "3"], ["CHAT_RELAY_LOG_LEVEL": "notice"]) { home, gateway in
      _ = try await home.visitor(of: gateway)
      let line = try await reload(#"{"shards": 1, "log_level": "critical", "history_minutes": 5}"#, home, gateway)
      #expect(line == ": changed history_minutes")
      try await home.twitch.wait(for: .init(sockets: 3, shards: 3, exactly: true))
    }
  }

  @Test func theCertificateIsReplacedUnlessItIsWrong() async throws {
    try await withPremises { home in
      let (chain, key) = (home.folder + "/chain.pem", home.folder + "/key.pem")
      try await makeCertificate(chain, key, "first")
      let gateway = try await home.serve(["--tls-certificate", chain, "--tls-key", key])
      let origin = String(try #require(try await gateway.says("listens on https").split(separator: "//").last))
      #expect(try await servedName(origin) == "first")

      try await makeCertificate(chain, key, "second")
      await gateway.signal(SIGHUP)
      try await gateway.logs("Settings read again: nothing changed")
      #expect(try await servedName(origin) == "second")

      try await makeCertificate(chain, home.folder + "/other.pem", "third")
      await gateway.signal(SIGHUP)
      try await gateway.logs("Settings read again and left as they were: no TLS with ")
      try "nothing".write(toFile: chain, atomically: true, encoding: .utf8)
      await gateway.signal(SIGHUP)
      try await gateway.logs("Settings read again and left as they were: no TLS with \(chain)")
      #expect(try await servedName(origin) == "second")
      await gateway.kill9()
    }
  }

  private func makeCertificate(_ chain: String, _ key: String, _ name: String) async throws {
    let openssl = try await RunningProgram.start(
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=\(name)", "-keyout", key, "-out", chain,
      ], of: "/usr/bin/openssl")
    try #require(try await openssl.ends() == .exit(status: 0))
  }

  /// The name in the certificate that a server shows.
  private func servedName(_ origin: String) async throws -> String? {
    let openssl = try await RunningProgram.start(["s_client", "-connect", origin], of: "/usr/bin/openssl")
    let line = try await openssl.says("subject=")
    return line.split(separator: " ").last.map(String.init)
  }
}
