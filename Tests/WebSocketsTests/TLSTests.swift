import CLibWebSockets
import Foundation
import HTTPTypes
import Testing

@testable import WebSockets

@Suite struct TLSTests {
  /// A certificate for `localhost` that nobody has signed, as files that are removed afterwards.
  private func withCertificate(_ body: (Server.Certificate) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "chat-relay-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let certificate = Server.Certificate(
      chainPath: folder.appending(path: "chain.pem").path,
      keyPath: folder.appending(path: "key.pem").path)
    try await make(certificate, key: "rsa:2048")
    try await body(certificate)
  }

  /// Writes a new certificate and key over what is there.
  private func make(_ certificate: Server.Certificate, key: String, name: String = "localhost")
    async throws
  {
    let curve = key == "ec" ? ["-pkeyopt", "ec_paramgen_curve:prime256v1"] : []
    _ = try await run(
      "/usr/bin/openssl",
      ["req", "-x509", "-newkey", key] + curve + [
        "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:localhost",
        "-keyout",
        certificate.keyPath, "-out", certificate.chainPath,
      ])
  }

  /// What curl gets from a server whose certificate it has to find in that file.
  private func fetch(_ port: Int, trusting chain: String) async throws -> String {
    try await run("/usr/bin/curl", ["-s", "--cacert", chain, "https://localhost:\(port)/"])
  }

  /// Runs a program and gives what it wrote; throws when it failed.
  private func run(_ path: String, _ arguments: [String]) async throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    let status = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    guard status == 0 else { throw Failed(status: status) }
    return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  private struct Failed: Error {
    var status: Int32
  }

  @Test func aCertificateThatNobodyVouchesForIsRefusedByEveryClient() async throws {
    try await withCertificate { certificate in
      var configuration = Server.Configuration()
      configuration.certificate = certificate
      try await Host.run(configuration) { host, port in
        do {
          _ = try await host.send(.get, "https://localhost:\(port)/")
          Issue.record("an untrusted server was believed")
        } catch {
          guard case .unreachable(let reason)? = error as? HTTPClientError else { throw error }
          #expect(reason.contains("certificate"))
        }
        do {
          _ = try await host.connect("wss://localhost:\(port)/")
          Issue.record("an untrusted server was believed")
        } catch {
          guard case .unreachable? = error as? ConnectError else { throw error }
        }
      }
    }
  }

  /// Python's servers say goodbye and wait for ours before they close.
  @Test func aConnectionIsNotUsedAgainAfterTheServersGoodbye() async throws {
    try await withCertificate { certificate in
      // Only this test's server has it.
      #expect(unsafe SSL_CTX_load_verify_locations(TLSSession.context, certificate.chainPath, nil) == 1)
      let server = try TLSServer(certificate)
      let answering = Task { [await server.answer("one"), await server.answer("two")] }
      try await Host.run { host, _ in
        for expected in ["one", "two"] {
          let answer = try await host.send(.post, "https://localhost:\(server.port)/")
          #expect(String(decoding: answer.body, as: UTF8.self) == expected)
        }
      }
      // It has let nobody go by itself.
      _ = await answering.value
    }
  }

  @Test func aServerWithACertificateSpeaksTLSOnly() async throws {
    try await withCertificate { certificate in
      var configuration = Server.Configuration()
      configuration.certificate = certificate
      try await Host.run(configuration, respond: { .text($0.scheme) }) { host, port in
        let answer = try await fetch(port, trusting: certificate.chainPath)
        #expect(answer == "https")
        await #expect(throws: HTTPClientError.self) {
          _ = try await host.send(.get, "http://localhost:\(port)/")
        }
      }
    }
  }

  @Test func aNewCertificateServesNewConnectionsWithoutARestart() async throws {
    try await withCertificate { certificate in
      var configuration = Server.Configuration()
      configuration.certificate = certificate
      try await Host.run(configuration) { host, port in
        let before = try await fetch(port, trusting: certificate.chainPath)
        #expect(before == "ok")
        // The other kind of key: one that is left of the old kind would still be shown to some.
        try await make(certificate, key: "ec", name: "second")
        await #expect(throws: Failed.self) {
          _ = try await fetch(port, trusting: certificate.chainPath)
        }
        try host.reloadCertificate()
        let after = try await fetch(port, trusting: certificate.chainPath)
        #expect(after == "ok")
        await #expect(throws: Failed.self) {
          _ = try await run(
            "/usr/bin/openssl",
            ["s_client", "-connect", "localhost:\(port)", "-sigalgs", "RSA-PSS+SHA256"])
        }
      }
    }
  }

  @Test func aBrokenCertificateLeavesTheOldOneAndIsNamed() async throws {
    try await withCertificate { certificate in
      var configuration = Server.Configuration()
      configuration.certificate = certificate
      let old = certificate.chainPath + ".old"
      try FileManager.default.copyItem(atPath: certificate.chainPath, toPath: old)
      try await Host.run(configuration) { host, port in
        let other = Server.Certificate(
          chainPath: certificate.chainPath + ".2", keyPath: certificate.keyPath + ".2")
        try await make(other, key: "rsa:2048")
        try FileManager.default.removeItem(atPath: certificate.keyPath)
        try FileManager.default.copyItem(atPath: other.keyPath, toPath: certificate.keyPath)
        #expect(
          throws: ServerError.badCertificate(
            file: certificate.keyPath, reason: "key values mismatch")
        ) {
          try host.reloadCertificate()
        }
        try Data("no certificate".utf8).write(to: URL(filePath: certificate.chainPath))
        #expect(
          throws: ServerError.badCertificate(file: certificate.chainPath, reason: "no start line")
        ) {
          try host.reloadCertificate()
        }
        let still = try await fetch(port, trusting: old)
        #expect(still == "ok")
      }
    }
  }
}
