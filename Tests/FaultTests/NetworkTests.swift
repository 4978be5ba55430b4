import Foundation
import Testing
import TwitchSimulator

/// The file of names that the program looks into, through libnss_wrapper.
private struct Names {
  var path: String

  /// One name for loopback. Each edition has a time of its own, by which the library sees that the file changed.
  func write(_ name: String, edition: Int) throws {
    try "127.0.0.1 \(name)\n".write(toFile: path, atomically: false, encoding: .utf8)
    let time = Date(timeIntervalSinceNow: Double(10 * edition))
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
  }
}

/// Names that do not resolve, and certificates that nobody vouches for.
@Suite(.timeLimit(.minutes(2))) struct NetworkTests {
  private static let library = "/usr/lib/x86_64-linux-gnu/libnss_wrapper.so"
  private static let hasLibrary = FileManager.default.fileExists(atPath: library)

  @Test(.enabled(if: hasLibrary, "needs Debian's libnss-wrapper: .ci/install test"))
  func namesDoNotResolve() async throws {
    let hosts = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID().uuidString.prefix(8))").path
    defer { try? FileManager.default.removeItem(atPath: hosts) }
    let names = Names(path: hosts)
    try names.write("twitch.test", edition: 0)
    var setup = Scene.Setup()
    setup.launch.environment = ["LD_PRELOAD": Self.library, "NSS_WRAPPER_HOSTS": hosts]
    setup.twitchHost = "twitch.test"
    try await withScene(setup) { scene in
      let told = Telling("shards_lost")
      try await scene.measure(
        .init(
          "DNS failing", made: "Twitch's name does not resolve while shard 0 is reset, until clients were told",
          bound: 20,
          recovered: "shard assigned again", told: told,
          seen: Sight(
            log: [Sight.lost("0"): 1, "shard not connected": 1, "looking at the shards failed": 1],
            metrics: [
              #"shard_connect_failures_total{shard="0"}"#: 2, Sight.calls("GET", "eventsub/conduits", "unreachable"): 1,
            ]))
      ) {
        try names.write("other.test", edition: 1)
        try await scene.twitch.dropSockets("shard:0", code: nil)
      } recovery: { window in
        // A socket and a call that come to nothing, as the log says.
        try await scene.logs("no address for twitch.test", times: 2, within: window.left)
        try await scene.hears(of: told, window.client, within: window.left)
        #expect(await scene.twitch.sockets().count == 1)
        try names.write("twitch.test", edition: 2)
        try await scene.twitch.wait(for: .init(shards: 2), within: window.left)
      }
    }
  }

  @Test func theCertificateIsWrong() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString.prefix(8))").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var setup = Scene.Setup()
    setup.simulator.certificate = try Self.certificate(in: folder)
    setup.waits = false
    try await withScene(setup) { scene in
      try await scene.time(
        .init(
          "TLS certificate wrong", made: "Twitch shows a certificate that nobody vouches for", bound: 5,
          recovered: "said so in the log, not ready; nothing was asked of it, no secret sent",
          told: .init("shards_lost", ends: false),
          seen: Sight(
            log: ["certificate.*listing conduits failed": 1], metrics: [#"problems{code="shards_lost"}"#: 1])),
        since: .start
      ) {
      } recovery: { window in
        try await scene.logs("certificate", within: window.left)
        #expect(try await scene.get("/readyz").status == 503)
      }
      #expect(await scene.twitch.counters().calls == 0)
      #expect(await scene.twitch.counters().socketsOpened == 0)
    }
  }

  private static func certificate(in folder: String) throws -> (certificatePath: String, keyPath: String) {
    let files = (certificatePath: folder + "/chain.pem", keyPath: folder + "/key.pem")
    let openssl = Process()
    openssl.executableURL = URL(filePath: "/usr/bin/openssl")
    openssl.arguments = [
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
      "subjectAltName=IP:127.0.0.1", "-keyout", files.keyPath, "-out", files.certificatePath,
    ]
    openssl.standardError = FileHandle.nullDevice
    try openssl.run()
    openssl.waitUntilExit()
    return files
  }
}
